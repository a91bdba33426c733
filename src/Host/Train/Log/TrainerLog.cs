// trainer_log.jsonl: one line per log event, appended and flushed, so that a watcher (and a resumed run) can rely on it.
using System.Text;
using System.Text.Json;

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
    private const int LongestLine = 1 << 16;
    private readonly FileStream _file;
    private readonly int _totalSteps;
    private readonly Func<TimeSpan> _elapsed;

    /// <param name="folder">Output folder.</param>
    /// <param name="resumedStep">Step that a resumed run goes on from: lines beyond it are dropped, for it will write them again. Null: an old
    /// log is emptied.</param>
    /// <param name="totalSteps">Planned steps of the run.</param>
    /// <param name="elapsed">Time since this process began to train.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public TrainerLog(string folder, int? resumedStep, int totalSteps, Func<TimeSpan> elapsed)
    {
        string path = Path.Combine(folder, FileName);
        (_totalSteps, _elapsed) = (totalSteps, elapsed);
        try
        {
            Directory.CreateDirectory(folder);
            _file = new FileStream(path, resumedStep is null ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be written ({error.Message}): check output_dir and its permissions", inner: error);
        }
        if (resumedStep is { } step) DropAfter(_file, step);
    }

    public void Append(TrainerLogLine line)
    {
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(PythonJson.Write(Fields(line)) + "\n"));
        }
        catch (IOException error)
        {
            throw new UserError($"{_file.Name}: cannot be written ({error.Message}): free some space; the same command then goes on from the last checkpoint", inner: error);
        }
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

    // A run that was killed may have left half a line, and lines of steps that its last checkpoint does not have.
    private static void DropAfter(FileStream file, int step)
    {
        long end = 0;
        using (var reader = new StreamReader(file, Encoding.Latin1, false, 1 << 16, leaveOpen: true))
        {
            while (ReadLine(reader) is { } line && StepOf(line) <= step) end += line.Length + 1;
        }
        file.SetLength(Math.Min(end, file.Length));
        file.Position = file.Length;
    }

    /// <summary>A line that ends in a line feed, without it; null: none is left.</summary>
    private static string? ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        for (int letter = reader.Read(); letter >= 0 && line.Length < LongestLine; letter = reader.Read())
        {
            if (letter == '\n') return line.ToString();
            line.Append((char)letter);
        }
        return null;
    }

    private static int StepOf(string line)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            return entry.RootElement.GetProperty("current_steps").GetInt32();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return int.MaxValue;
        }
    }
}
