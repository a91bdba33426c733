// Where a step's time goes: the time between two launches belongs to the first one's op.
using System.Diagnostics;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Bench.Steps;

/// <summary>Listens to a device from construction to <see cref="Dispose"/>.</summary>
internal sealed class OpTimes : IDisposable
{
    private readonly CpuDevice _device;
    private readonly Dictionary<(string Op, double Flops, double Bytes), (int Count, double Seconds)> _times = [];
    private (string Op, double Flops, double Bytes) _current;
    private long _since = Stopwatch.GetTimestamp();

    public OpTimes(CpuDevice device)
    {
        (_device, _current) = (device, ("host", 0, 0));
        device.Launched = Launch;
    }

    /// <summary>One line a kind of launch, the most expensive first.</summary>
    public void Print()
    {
        Launch("host", 0, 0);
        double all = _times.Values.Sum(time => time.Seconds);
        Console.WriteLine($"{"op",-22}{"calls",7}{"ms",9}{"share",8}{"GFLOP/s",10}{"GB/s",8}{"MFLOP a call",14}{"MB a call",11}");
        foreach (var ((op, flops, bytes), (count, seconds)) in _times.OrderByDescending(entry => entry.Value.Seconds))
            Console.WriteLine(
                $"{op,-22}{count,7}{1e3 * seconds,9:F1}{seconds / all,8:P1}{flops * count / seconds / 1e9,10:F1}"
                + $"{bytes * count / seconds / 1e9,8:F1}{flops / 1e6,14:F1}{bytes / 1e6,11:F2}");
        foreach (var op in _times.GroupBy(entry => entry.Key.Op).OrderByDescending(op => op.Sum(entry => entry.Value.Seconds)))
            Console.WriteLine($"all {op.Key,-18}{op.Sum(entry => entry.Value.Count),7}{1e3 * op.Sum(entry => entry.Value.Seconds),9:F1}");
    }

    public void Dispose() => _device.Launched = null;

    private void Launch(string op, double flops, double bytes)
    {
        long now = Stopwatch.GetTimestamp();
        _times.TryGetValue(_current, out var time);
        _times[_current] = (time.Count + 1, time.Seconds + Stopwatch.GetElapsedTime(_since, now).TotalSeconds);
        (_current, _since) = ((op, flops, bytes), Stopwatch.GetTimestamp());
    }
}
