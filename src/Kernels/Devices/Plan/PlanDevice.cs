// The plan device: runs a real step's op graph, allocates nothing, counts everything.
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Plan;

/// <summary>Memory is booked exactly as on a real device (same pool, same ledger) but no byte is touched; kernels are counted, not run.</summary>
public sealed class PlanDevice : IDevice
{
    private readonly Dictionary<string, OpCount> _ops = [];

    public string Name => "plan";
    public DeviceKind Kind => DeviceKind.Plan;
    public DeviceMemory Memory { get; } = new(new NoMemory());

    /// <summary>Floating-point operations of everything launched so far.</summary>
    public double Flops { get; private set; }

    /// <summary>Bytes moved by everything launched so far.</summary>
    public double Bytes { get; private set; }

    /// <summary>Launches, FLOPs and bytes by op.</summary>
    public IReadOnlyDictionary<string, OpCount> Ops => _ops;

    public bool Launch(string op, double flops, double bytes)
    {
        _ops.TryGetValue(op, out var count);
        _ops[op] = new OpCount(count.Launches + 1, count.Flops + flops, count.Bytes + bytes);
        Flops += flops;
        Bytes += bytes;
        return false;
    }

    public void Write(ReadOnlySpan<byte> source, in Tensor destination) { }

    public void Read(in Tensor source, Span<byte> destination) => destination.Clear();

    public void Synchronize() { }

    public void Dispose() => Memory.Dispose();

    /// <summary>Hands out address ranges that nobody may touch.</summary>
    private sealed class NoMemory : IMemorySource
    {
        private nint _next = 1 << 20;

        public long SegmentBytes => 1L << 30;

        public nint Reserve(long bytes)
        {
            nint address = _next;
            _next += (nint)(bytes + (1 << 20));
            return address;
        }

        public void Return(nint address, long bytes) { }
    }
}

/// <summary>How often an op was launched and what it cost in all.</summary>
public readonly record struct OpCount(long Launches, double Flops, double Bytes);
