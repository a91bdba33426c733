// The checkpoint-N folders of a run: written whole or not at all, found again, and kept within a limit.
using System.Globalization;

namespace FastTune.Train.State;

/// <summary>Checkpoints below an output folder. One is complete when it bears its final name: it is filled under another name,
/// every file is flushed to the disk, then the folder is renamed.</summary>
public sealed class Checkpoints(string outputFolder)
{
    private const string Prefix = "checkpoint-", Unfinished = ".unfinished";

    /// <summary>Complete checkpoints, oldest step first.</summary>
    public IReadOnlyList<(int Step, string Path)> All()
    {
        if (!Directory.Exists(outputFolder)) return [];
        return [.. from path in Directory.EnumerateDirectories(outputFolder, Prefix + "*")
                let step = StepOf(path)
                where step is not null && File.Exists(Path.Combine(path, TrainerState.FileName))
                orderby step
                select (step.Value, path)];
    }

    /// <summary>The complete checkpoint of the latest step, or null.</summary>
    public string? Newest() => All() is { Count: > 0 } all ? all[^1].Path : null;

    /// <summary>Makes <c>checkpoint-{step}</c>; <paramref name="fill"/> writes its files into the folder it is given.</summary>
    /// <returns>The final path.</returns>
    /// <exception cref="UserError">The folder cannot be written; nothing with the final name is left behind.</exception>
    public string Write(int step, Action<string> fill)
    {
        string path = Path.Combine(outputFolder, Prefix + step.ToString(CultureInfo.InvariantCulture)), temporary = path + Unfinished;
        try
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            fill(temporary);
            foreach (string file in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories)) Flush(file);
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            Directory.Move(temporary, path);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be written ({error.Message}): check the folder, its permissions and the free space", inner: error);
        }
    }

    /// <summary>Deletes the oldest checkpoints until <paramref name="limit"/> are left; never the newest, never the best.</summary>
    /// <param name="limit">save_total_limit; null keeps all.</param>
    /// <param name="best">Path of the best checkpoint, or null.</param>
    public void Prune(int? limit, string? best)
    {
        var all = All();
        int tooMany = limit is { } most ? all.Count - Math.Max(1, most) : 0;
        string? kept = best is null ? null : Path.GetFullPath(best);
        foreach (var (_, path) in all.Take(all.Count - 1).Where(entry => Path.GetFullPath(entry.Path) != kept).Take(Math.Max(0, tooMany)))
            Directory.Delete(path, recursive: true);
    }

    private static int? StepOf(string path) =>
        int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : null;

    private static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
