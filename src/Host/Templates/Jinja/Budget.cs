// What one rendering may use: steps, time, depth and memory. Templates come from model files, so none of it is trusted.
using System.Diagnostics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>The limits of a rendering.</summary>
/// <param name="Steps">Nodes evaluated.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Depth">Macros and recursive loops inside each other; the reference ends at about this many.</param>
/// <param name="Size">Characters and list items made, all together.</param>
public sealed record JinjaLimits(long Steps = 50_000_000, double Seconds = 20, int Depth = 200, long Size = 64L << 20)
{
    public static readonly JinjaLimits Default = new();
}

/// <summary>Counts against the limits; what exceeds one is an error of the kind limit or recursion.</summary>
internal sealed class Budget(JinjaLimits limits)
{
    private const int StepsPerLook = 4096;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _steps, _size;
    private int _depth;

    public void Step()
    {
        if (++_steps > limits.Steps) throw new PyError(PyErrorKind.Limit, $"the template needs more than {limits.Steps} steps");
        if (_steps % StepsPerLook == 0 && Stopwatch.GetElapsedTime(_start).TotalSeconds > limits.Seconds)
            throw new PyError(PyErrorKind.Limit, $"the template needs more than {limits.Seconds} seconds");
    }

    /// <summary>Counts text or list items before they are made.</summary>
    public void Charge(long size)
    {
        _size += size;
        if (_size > limits.Size || size > limits.Size) throw new PyError(PyErrorKind.Limit, $"the template makes more than {limits.Size} characters");
    }

    public void Enter()
    {
        if (++_depth > limits.Depth) throw new PyError(PyErrorKind.Recursion, "maximum recursion depth exceeded");
    }

    public void Leave() => _depth--;
}
