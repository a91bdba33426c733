// Where work runs. Every op asks the device to launch; the plan device counts instead.
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices;

public enum DeviceKind : byte { Cpu, Cuda, Emu, Ilgpu, Plan }

/// <summary>A place for tensors and kernels. Work may be queued: only <see cref="Read"/> and <see cref="Synchronize"/> wait for it.
/// Buffers are freed in queue order, so a pool may hand a buffer on before its last kernel has run.</summary>
public interface IDevice : IDisposable
{
    string Name { get; }

    DeviceKind Kind { get; }

    DeviceMemory Memory { get; }

    /// <summary>Announces a kernel: its op, floating-point operations and bytes moved. False: do not run it (plan).</summary>
    bool Launch(string op, double flops, double bytes);

    /// <summary>Copies host bytes to a contiguous tensor.</summary>
    void Write(ReadOnlySpan<byte> source, in Tensor destination);

    /// <summary>Waits for queued work and copies a contiguous tensor to the host. On `plan` the bytes are zero.</summary>
    void Read(in Tensor source, Span<byte> destination);

    /// <summary>Waits until all queued work is done.</summary>
    void Synchronize();
}
