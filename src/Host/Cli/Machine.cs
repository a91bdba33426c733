// The facts that `fasttune env` shows: cores, memory, vector instructions, measured peaks, devices and why one is unusable.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Cli;

/// <summary>A place where work could run; the note says how, or why not.</summary>
internal sealed record DeviceFact(string Name, bool Usable, string Note);

/// <param name="FmaGflops">fp32 GFLOP/s of all cores, measured.</param>
/// <param name="BF16Gflops">GFLOP/s of all cores in VDPBF16PS, measured; 0 where there is none.</param>
/// <param name="CopyGBps">GB/s of a large copy, bytes read plus written, measured.</param>
internal sealed record Machine(string Runtime, string System, int Cores, long MemoryBytes, string Isa, string Class,
    double FmaGflops, double BF16Gflops, double CopyGBps, IReadOnlyList<DeviceFact> Devices)
{
    public static Machine Measure()
    {
        var pool = CpuPool.Shared;
        return new Machine(RuntimeInformation.FrameworkDescription, $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
            Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Kernels.Devices.Cpu.Isa.Describe(),
            Kernels.Devices.Cpu.Isa.MachineClass, CpuPeak.MeasureFmaGflops(pool), CpuPeak.MeasureBF16Gflops(pool), CpuPeak.MeasureCopyGBps(pool), Known());
    }

    private static DeviceFact[] Known() =>
    [
        new("cpu", true, Kernels.Devices.Cpu.Isa.Describe()),
        new("cuda", false, Cuda()),
    ];

    private static string Cuda()
    {
        string driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(driver, out nint handle)) return $"no NVIDIA driver here ({driver} cannot be loaded)";
        NativeLibrary.Free(handle);
        return "an NVIDIA driver is here, but this build trains on the CPU only";
    }
}
