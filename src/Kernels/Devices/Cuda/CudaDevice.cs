// A GPU, or its emulation: the same host code over libfasttune_cuda or libfasttune_emu.
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cuda;

/// <summary>Kernels and copies go to one stream; only reads, writes from pageable memory and <see cref="Synchronize"/> wait for it.</summary>
public sealed unsafe class CudaDevice : IDevice
{
    private const long GpuSegmentBytes = 256L << 20;
    private readonly CudaCalls _calls;

    private CudaDevice(string name, DeviceKind kind, string library, int ordinal, long segmentBytes)
    {
        (Name, Kind) = (name, kind);
        Library = KernelLibrary.Load(library);
        _calls = new CudaCalls(Library);
        CudaFacts facts = _calls.Open(ordinal);
        Model = new string((sbyte*)facts.Name);
        (Architecture, MemoryBytes) = (facts.Major * 10 + facts.Minor, facts.MemoryBytes);
        Stream = _calls.CreateStream();
        Memory = new DeviceMemory(new CudaMemory(_calls, segmentBytes));
    }

    /// <summary>Opens GPU <paramref name="ordinal"/>. No library, no driver or no such GPU: a <see cref="DeviceException"/> that says so.</summary>
    public static CudaDevice OpenGpu(int ordinal = 0) => new("cuda", DeviceKind.Cuda, "fasttune_cuda", ordinal, GpuSegmentBytes);

    /// <summary>Opens the emulation. Every buffer is an allocation of its own, so that the emulator guards each.</summary>
    internal static CudaDevice OpenEmulation(string library) => new("emu", DeviceKind.Emu, library, 0, 0);

    public string Name { get; }
    public DeviceKind Kind { get; }
    public DeviceMemory Memory { get; }

    /// <summary>What the driver calls the card.</summary>
    public string Model { get; }

    /// <summary>Compute capability, 86 for 8.6.</summary>
    public int Architecture { get; }

    public long MemoryBytes { get; }

    internal KernelLibrary Library { get; }

    /// <summary>Stream that all work goes to, as native code wants it.</summary>
    internal nint Stream { get; }

    /// <summary>A device that is known to be of this kind; kernels of `cuda` and `emu` start with it.</summary>
    internal static CudaDevice Of(IDevice device) => (CudaDevice)device;

    public bool Launch(string op, double flops, double bytes) => true;

    public void Write(ReadOnlySpan<byte> source, in Tensor destination)
    {
        CheckFits(destination, source.Length);
        if (source.Length == 0) return;
        fixed (byte* from = source)
        {
            _calls.Copy((nint)from, source.Length, CopyKind.HostToDevice, destination.Address, Stream);
            _calls.Wait(Stream);
        }
    }

    public void Read(in Tensor source, Span<byte> destination)
    {
        CheckFits(source, destination.Length);
        if (destination.Length == 0) return;
        fixed (byte* to = destination)
        {
            _calls.Copy(source.Address, destination.Length, CopyKind.DeviceToHost, (nint)to, Stream);
            _calls.Wait(Stream);
        }
    }

    public void Synchronize() => _calls.Wait(Stream);

    public void Dispose()
    {
        Memory.Dispose();
        _calls.DestroyStream(Stream);
    }

    private static void CheckFits(in Tensor tensor, int bytes)
    {
        if (!tensor.IsContiguous || tensor.Count * tensor.Type.Size() != bytes)
            throw new ArgumentException($"[copy] {bytes} bytes for {tensor.Shape} of {tensor.Type} with row pitch {tensor.RowPitch}");
    }

    private sealed class CudaMemory(CudaCalls calls, long segmentBytes) : IMemorySource
    {
        public long SegmentBytes => segmentBytes;

        public nint Reserve(long bytes) => calls.Alloc(bytes);

        public void Return(nint address, long bytes) => calls.Free(address);
    }
}
