// The emu device: the hand-written CUDA kernels, compiled for the CPU and run by the emulator. For tests, not for speed.
using FastTune.Kernels.Devices.Cuda;

namespace FastTune.Kernels.Devices.Emu;

/// <summary>Opens the emulation. Its settings are the process's, so tests that change them run one after another.</summary>
public static unsafe class EmuDevice
{
    private const string LibraryName = "fasttune_emu";

    /// <summary>A device whose threads, blocks and streams run in an order given by <paramref name="seed"/>.</summary>
    /// <param name="seed">Any number; it is printed with every finding, and the same one repeats the run.</param>
    /// <param name="shuffle">False: threads and blocks run in index order.</param>
    public static CudaDevice Open(ulong seed = 1, bool shuffle = true)
    {
        Configure(seed, shuffle, 1);
        return CudaDevice.OpenEmulation(LibraryName);
    }

    /// <summary>Sets the order of everything that follows; <paramref name="threads"/> blocks of a launch run at the same time.</summary>
    public static void Configure(ulong seed, bool shuffle, int threads)
    {
        var configure = (delegate* unmanaged<ulong, int, int, void>)KernelLibrary.Load(LibraryName).Export("ft_emu_configure");
        configure(seed, shuffle ? 1 : 0, threads);
    }
}
