// trainer_log.jsonl: one line per log event, appended and flushed, so that a watcher (and a resumed run) can rely on it.
using System.Text;

namespace FastTune.Train.Log;

/// <summary>What one line says. Values that are null are left out.</summary>
public sealed record TrainerLogLine(int Step, double Epoch)
{
    public double? Loss { get; init; }

    public double? EvalLoss { get; init; }

    public double? PredictLoss { get; init; }

    public double? Reward { get; init; }

    /// <summary>rewards/accuracies of preference stages.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Learning rate used in that step.</summary>
    public double? Rate { get; init; }

    /// <summary>Tokens seen so far, padding included; null when tokens are not counted.</summary>
    public long? Tokens { get; init; }
}

/// <summary>LLaMA-Factory's log of a run, in its key order. Earlier lines stay when a run resumes.</summary>
public sealed class TrainerLog : IDisposable
{
    public const string FileName = "trainer_log.jsonl";
    private readonly FileStream _file;
    private readonly int _totalSteps;
    private readonly Func<TimeSpan> _elapsed;

    /// <param name="folder">Output folder.</param>
    /// <param name="keepEarlier">True when a run resumes; else an old log is emptied.</param>
    /// <param name="totalSteps">Planned steps of the run.</param>
    /// <param name="elapsed">Time since this process began to train.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public TrainerLog(string folder, bool keepEarlier, int totalSteps, Func<TimeSpan> elapsed)
    {
        string path = Path.Combine(folder, FileName);
        (_totalSteps, _elapsed) = (totalSteps, elapsed);
        try
        {
            Directory.CreateDirectory(folder);
            _file = new FileStream(path, keepEarlier ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be written ({error.Message}): check output_dir and its permissions", inner: error);
        }
        DropTornLine(_file);
    }

    public void Append(TrainerLogLine line)
    {
        _file.Write(Encoding.UTF8.GetBytes(PythonJson.Write(Fields(line)) + "\n"));
        _file.Flush(flushToDisk: false);
    }

    public void Dispose()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
    }

    /// <summary>A time span as Python prints it: 0:00:01, 1 day, 0:00:00.</summary>
    internal static string Clock(TimeSpan time)
    {
        string clock = $"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}";
        return time.Days switch { 0 => clock, 1 => $"1 day, {clock}", int days => $"{days} days, {clock}" };
    }

    private Dictionary<string, object?> Fields(TrainerLogLine line)
    {
        var elapsed = _elapsed();
        var remaining = line.Step == 0 ? TimeSpan.Zero : elapsed / line.Step * Math.Max(0, _totalSteps - line.Step);
        (string Key, object? Value)[] all =
        [
            ("current_steps", line.Step), ("total_steps", _totalSteps), ("loss", line.Loss), ("eval_loss", line.EvalLoss),
            ("predict_loss", line.PredictLoss), ("reward", line.Reward), ("accuracy", line.Accuracy), ("lr", line.Rate), ("epoch", line.Epoch),
            ("percentage", Math.Round(100.0 * line.Step / _totalSteps, 2)), ("elapsed_time", Clock(elapsed)), ("remaining_time", Clock(remaining)),
            ("throughput", line.Tokens is { } tokens && elapsed > TimeSpan.Zero ? Math.Round(tokens / elapsed.TotalSeconds, 2) : null), ("total_tokens", line.Tokens),
        ];
        return all.Where(field => field.Value is not null).ToDictionary(field => field.Key, field => field.Value);
    }

    // A run that was killed may have left half a line; the next one starts after the last complete line.
    private static void DropTornLine(FileStream file)
    {
        long end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') break;
            end--;
        }
        file.SetLength(end);
        file.Position = end;
    }
}
