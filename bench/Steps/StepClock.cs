// A terminal that notes when each step's line comes.
using System.Diagnostics;
using System.Text;

namespace FastTune.Bench.Steps;

/// <summary>Takes a run's messages; lines that begin like `3/20 ` are steps.</summary>
internal sealed class StepClock : TextWriter, ITerminal
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Seconds from the start to the end of each step.</summary>
    public List<double> Seconds { get; } = [];

    public override Encoding Encoding => Encoding.UTF8;
    public TextReader In => TextReader.Null;
    public TextWriter Out => this;
    public TextWriter Error => this;
    public bool Interactive => false;
    public int Width => 100;

    public CancellationToken NextInterrupt() => CancellationToken.None;

    public override void Write(char value) => Console.Write(value);

    public override void Write(string? value) => Console.Write(value);

    public override void WriteLine(string? value)
    {
        int slash = value?.IndexOf('/') ?? -1;
        if (slash > 0 && value.AsSpan(0, slash).ContainsAnyExceptInRange('0', '9') is false) Seconds.Add(Stopwatch.GetElapsedTime(_start).TotalSeconds);
        Console.WriteLine(value);
    }
}
