// The CPU as a device: host memory, kernels run at once on the thread pool.
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>The embedded default. Kernels run synchronously; <see cref="Pool"/> is their thread pool.</summary>
public sealed class CpuDevice(CpuPool pool, IMemorySource memory) : IDevice
{
    public CpuDevice() : this(CpuPool.Shared) { }

    /// <summary>With threads of its own; the pool stays the caller's.</summary>
    public CpuDevice(CpuPool pool) : this(pool, new HostMemory()) { }

    public string Name => "cpu";
    public DeviceKind Kind => DeviceKind.Cpu;
    public DeviceMemory Memory { get; } = new(memory);
    public CpuPool Pool { get; } = pool;

    /// <summary>The pool of a device that is known to be the CPU; kernels of `cpu` start with it.</summary>
    public static CpuPool PoolOf(IDevice device) => ((CpuDevice)device).Pool;

    /// <summary>Told of every launch before it runs (op, FLOPs, bytes): benches time ops with it. Null: nobody listens.</summary>
    public Action<string, double, double>? Launched { get; set; }

    public bool Launch(string op, double flops, double bytes)
    {
        Launched?.Invoke(op, flops, bytes);
        return true;
    }

    public unsafe void Write(ReadOnlySpan<byte> source, in Tensor destination)
    {
        CheckFits(destination, source.Length);
        source.CopyTo(new Span<byte>(destination.Pointer, source.Length));
    }

    public unsafe void Read(in Tensor source, Span<byte> destination)
    {
        CheckFits(source, destination.Length);
        new ReadOnlySpan<byte>(source.Pointer, destination.Length).CopyTo(destination);
    }

    public void Synchronize() { }

    public void Dispose() => Memory.Dispose();

    private static void CheckFits(in Tensor tensor, int bytes)
    {
        if (!tensor.IsContiguous || tensor.Count * tensor.Type.Size() != bytes)
            throw new ArgumentException($"[copy] {bytes} bytes for {tensor.Shape} of {tensor.Type} with row pitch {tensor.RowPitch}");
    }
}
