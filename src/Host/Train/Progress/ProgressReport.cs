// What a run shows while it trains: one redrawn line on a terminal, plain lines elsewhere, and the figures at its end.
using System.Globalization;
using FastTune.Train.Log;

namespace FastTune.Train.Progress;

/// <summary>The figures of the moment; null ones are left out.</summary>
/// <param name="Step">Finished steps of the whole run.</param>
/// <param name="Total">Planned steps.</param>
/// <param name="StepsHere">Steps finished by this process (a resumed run has fewer); the estimate uses them.</param>
/// <param name="Elapsed">Time this process has trained.</param>
public readonly record struct ProgressFigures(int Step, int Total, int StepsHere, TimeSpan Elapsed)
{
    public double? Loss { get; init; }

    public double? Rate { get; init; }

    public double? GradNorm { get; init; }

    public double? TokensPerSecond { get; init; }

    /// <summary>Peak bytes so far.</summary>
    public long? PeakBytes { get; init; }
}

/// <summary>Writes progress to any writer. On a terminal the line is redrawn in place; elsewhere only log steps print.</summary>
public sealed class ProgressReport(TextWriter output, bool isTerminal)
{
    private const int Width = 100;
    private int _drawn;

    /// <summary>After every step.</summary>
    public void Step(in ProgressFigures figures)
    {
        if (isTerminal) Draw(Line(figures));
    }

    /// <summary>After a step that is logged.</summary>
    public void Logged(in ProgressFigures figures)
    {
        if (isTerminal) Draw(Line(figures));
        else output.WriteLine(Line(figures));
    }

    /// <summary>A line of its own, above the redrawn one.</summary>
    public void Note(string text)
    {
        Erase();
        output.WriteLine(text);
    }

    /// <summary>The block `***** train metrics *****` with aligned names.</summary>
    public void Metrics(string phase, IReadOnlyDictionary<string, object?> figures)
    {
        Erase();
        output.WriteLine($"***** {phase} metrics *****");
        var rows = figures.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, Text: Shown(pair.Key, pair.Value))).ToList();
        int names = rows.Max(row => row.Key.Length), values = rows.Max(row => row.Text.Length);
        foreach (var (key, text) in rows) output.WriteLine($"  {key.PadRight(names)} = {text.PadLeft(values)}");
    }

    /// <summary>The line itself, at most 100 columns.</summary>
    internal static string Line(in ProgressFigures now)
    {
        var remaining = now.StepsHere == 0 ? TimeSpan.Zero : now.Elapsed / now.StepsHere * Math.Max(0, now.Total - now.Step);
        string?[] parts =
        [
            $"{now.Step}/{now.Total} {Number(100.0 * now.Step / Math.Max(1, now.Total), "0")}%",
            now.Loss is { } loss ? $"loss {Number(loss, "0.0000")}" : null,
            now.Rate is { } rate ? $"lr {Number(rate, "0.00e-0")}" : null,
            now.GradNorm is { } norm ? $"norm {Number(norm, "0.000")}" : null,
            now.TokensPerSecond is { } speed ? $"{Number(speed, "0")} tok/s" : null,
            now.PeakBytes is { } bytes ? $"{Number(bytes / 1e6, "0")} MB" : null,
            $"{TrainerLog.Clock(now.Elapsed)} < {TrainerLog.Clock(remaining)}",
        ];
        string line = string.Join(" | ", parts.Where(part => part is not null));
        return line.Length <= Width ? line : line[..Width];
    }

    private static string Shown(string name, object? value) => value switch
    {
        double seconds when name.EndsWith("_runtime", StringComparison.Ordinal) => $"{TrainerLog.Clock(TimeSpan.FromSeconds(seconds))}.{(int)(seconds * 100 % 100):00}",
        double number => Number(number, "0.####"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private void Draw(string line)
    {
        output.Write("\r" + line.PadRight(_drawn));
        output.Flush();
        _drawn = line.Length;
    }

    private void Erase()
    {
        if (_drawn > 0) output.Write("\r" + new string(' ', _drawn) + "\r");
        _drawn = 0;
    }
}
