// A device whose work waits: kernels and copies are closures in a queue that only Read and Synchronize run.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Contract;

/// <summary>Host memory stands for the device's. Buffers are freed when the host says so, while their kernels still wait.</summary>
internal sealed unsafe class QueuedDevice : IDevice
{
    private readonly Queue<Action> _queue = [];

    public string Name => "queued";
    public DeviceKind Kind => DeviceKind.Cuda;
    public DeviceMemory Memory { get; } = new(new HostMemory());

    /// <summary>Closures that have run.</summary>
    public int Ran { get; private set; }

    /// <summary>How often the host waited.</summary>
    public int Waits { get; private set; }

    public void Enqueue(Action work) => _queue.Enqueue(work);

    public bool Launch(string op, double flops, double bytes) => true;

    public void Write(ReadOnlySpan<byte> source, in Tensor destination)
    {
        byte[] copy = source.ToArray();
        nint address = destination.Address;
        Enqueue(() => copy.CopyTo(new Span<byte>((void*)address, copy.Length)));
    }

    public void Read(in Tensor source, Span<byte> destination)
    {
        Synchronize();
        new ReadOnlySpan<byte>(source.Pointer, destination.Length).CopyTo(destination);
    }

    public void Synchronize()
    {
        Waits++;
        for (; _queue.TryDequeue(out Action? work); Ran++) work();
    }

    public void Dispose() => Memory.Dispose();
}
