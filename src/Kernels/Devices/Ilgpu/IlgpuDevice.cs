// Any GPU that ILGPU can reach without a toolchain, and its CPU accelerator for tests; kernels are the oracles, compiled at run time.
using System.Reflection;
using FastTune.Kernels.Devices.Cuda;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace FastTune.Kernels.Devices.Ilgpu;

/// <summary>Kernels are queued on the accelerator's default stream; a thread has one row or one column.</summary>
public sealed class IlgpuDevice : IDevice
{
    private const long GpuSegmentBytes = 256L << 20;
    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private readonly IlgpuMemory _memory;
    private readonly Dictionary<MethodInfo, Delegate> _kernels = [];

    private IlgpuDevice(Context context, ILGPU.Runtime.Device device, long segmentBytes, int guardBytes)
    {
        _context = context;
        _accelerator = device.CreateAccelerator(context);
        _memory = new IlgpuMemory(_accelerator, segmentBytes, guardBytes);
        Memory = new DeviceMemory(_memory);
    }

    /// <summary>The first GPU; without one a <see cref="DeviceException"/> says so.</summary>
    public static IlgpuDevice OpenGpu()
    {
        var context = Context.Create(builder => builder.AllAccelerators().EnableAlgorithms());
        foreach (var device in context.Devices)
            if (device.AcceleratorType != AcceleratorType.CPU) return new IlgpuDevice(context, device, GpuSegmentBytes, 0);
        context.Dispose();
        throw new DeviceException("[ilgpu] no CUDA or OpenCL GPU was found: choose device cpu");
    }

    /// <summary>ILGPU's CPU accelerator, with guarded buffers: for tests, not for speed.</summary>
    public static IlgpuDevice OpenCpu()
    {
        var context = Context.Create(builder => builder.CPU(new CPUDevice(4, 1, 1)).EnableAlgorithms());
        return new IlgpuDevice(context, context.Devices[0], segmentBytes: 0, guardBytes: 256);
    }

    public string Name => "ilgpu";
    public DeviceKind Kind => DeviceKind.Ilgpu;
    public DeviceMemory Memory { get; }

    /// <summary>What ILGPU calls the accelerator.</summary>
    public string Model => _accelerator.Name;

    /// <summary>Buffers whose guard bytes were changed; 0 unless a kernel is wrong.</summary>
    internal int DamagedBuffers => _memory.Damaged;

    internal static IlgpuDevice Of(IDevice device) => (IlgpuDevice)device;

    public bool Launch(string op, double flops, double bytes) => true;

    /// <summary>Queues <paramref name="kernel"/> for indices 0 … <paramref name="count"/> - 1; compiled on its first use.</summary>
    internal void Run<T>(Action<Index1D, T> kernel, long count, T arguments) where T : struct
    {
        if (count == 0) return;
        if (!_kernels.TryGetValue(kernel.Method, out var compiled))
            _kernels[kernel.Method] = compiled = _accelerator.LoadAutoGroupedStreamKernel(kernel);
        ((Action<Index1D, T>)compiled)(checked((int)count), arguments);
    }

    /// <summary>The bytes from a tensor's first element to its last; of an absent tensor those of <paramref name="standIn"/>, which
    /// the kernel is told not to use.</summary>
    internal ArrayView<byte> View(in Tensor tensor, in Tensor standIn = default) =>
        tensor.Exists ? _memory.View(tensor.Address, Extent(tensor)) : _memory.View(standIn.Address, Extent(standIn));

    public void Write(ReadOnlySpan<byte> source, in Tensor destination)
    {
        CheckFits(destination, source.Length);
        if (source.Length == 0) return;
        View(destination).CopyFromCPU(_accelerator.DefaultStream, source);
        _accelerator.Synchronize();
    }

    public void Read(in Tensor source, Span<byte> destination)
    {
        CheckFits(source, destination.Length);
        if (destination.Length == 0) return;
        View(source).CopyToCPU(_accelerator.DefaultStream, destination);
        _accelerator.Synchronize();
    }

    public void Synchronize() => _accelerator.Synchronize();

    public void Dispose()
    {
        Memory.Dispose();
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static long Extent(in Tensor tensor) => ((tensor.Rows - 1) * tensor.RowPitch + tensor.Columns) * tensor.Type.Size();

    private static void CheckFits(in Tensor tensor, int bytes)
    {
        if (!tensor.IsContiguous || tensor.Count * tensor.Type.Size() != bytes)
            throw new ArgumentException($"[copy] {bytes} bytes for {tensor.Shape} of {tensor.Type} with row pitch {tensor.RowPitch}");
    }
}
