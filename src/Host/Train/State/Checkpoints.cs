// The checkpoint-N folders of a run: written whole or not at all, found again, and kept within a limit.
using System.Globalization;
using FastTune.Formats;

namespace FastTune.Train.State;

/// <summary>Checkpoints below an output folder. One is complete when it bears its final name: it is filled under another name,
/// its files and then the folder are flushed to the disk, then it is renamed; it loses that name before it is deleted.</summary>
public sealed class Checkpoints(string outputFolder)
{
    private const string Prefix = "checkpoint-", Unfinished = ".unfinished", Deleted = ".deleted", Replaced = ".replaced";

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

    /// <summary>Folders with a checkpoint's name that lack what makes one: not ours to delete, nothing to go on from.</summary>
    public IReadOnlyList<string> Incomplete() => !Directory.Exists(outputFolder) ? []
        : [.. Directory.EnumerateDirectories(outputFolder, Prefix + "*")
            .Where(path => StepOf(path) is not null && !File.Exists(Path.Combine(path, TrainerState.FileName))).Order(StringComparer.Ordinal)];

    /// <summary>Removes what a run that died left half written or half deleted; gives a checkpoint that was about to be replaced its name back.</summary>
    /// <returns>Names of what was removed.</returns>
    public IReadOnlyList<string> Tidy()
    {
        if (!Directory.Exists(outputFolder)) return [];
        var removed = new List<string>();
        foreach (string path in Directory.EnumerateDirectories(outputFolder, Prefix + "*").ToArray())
        {
            string ending = Path.GetExtension(path), final = path[..^ending.Length];
            if (ending is not (Unfinished or Deleted or Replaced) || StepOf(final) is null) continue;
            if (ending == Replaced && !Directory.Exists(final))
            {
                AtomicFile.Disk.MoveFolder(path, final);
                continue;
            }
            AtomicFile.Disk.DeleteFolder(path);
            removed.Add(Path.GetFileName(path));
        }
        foreach (string path in Directory.EnumerateFiles(outputFolder, "*.tmp").Where(path => AtomicFile.IsTemporary(Path.GetFileName(path))).ToArray())
        {
            AtomicFile.Disk.Delete(path);
            removed.Add(Path.GetFileName(path));
        }
        return removed;
    }

    /// <summary>Makes <c>checkpoint-{step}</c>; <paramref name="fill"/> writes its files into the folder it is given.</summary>
    /// <returns>The final path.</returns>
    /// <exception cref="UserError">The folder cannot be written; what bore the final name before still does.</exception>
    public string Write(int step, Action<string> fill)
    {
        string path = Path.Combine(outputFolder, Prefix + step.ToString(CultureInfo.InvariantCulture)), temporary = path + Unfinished;
        IDisk disk = AtomicFile.Disk;
        try
        {
            if (Directory.Exists(temporary)) disk.DeleteFolder(temporary);
            disk.CreateFolder(temporary);
            fill(temporary);
            disk.FlushFolder(temporary);
            PutInPlace(temporary, path);
            return path;
        }
        catch (Exception error)
        {
            Discard(temporary);
            if (error is IOException or UnauthorizedAccessException) throw AtomicFile.CannotWrite(path, error);
            throw;
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
        foreach (var (_, path) in all.Take(all.Count - 1).Where(entry => Path.GetFullPath(entry.Path) != kept).Take(Math.Max(0, tooMany))) Delete(path);
    }

    /// <summary>Deletes a checkpoint. It stops being one at once, so that no crash leaves half of one.</summary>
    public static void Delete(string path)
    {
        string doomed = path + Deleted;
        if (Directory.Exists(doomed)) AtomicFile.Disk.DeleteFolder(doomed);
        AtomicFile.Disk.MoveFolder(path, doomed);
        AtomicFile.Disk.DeleteFolder(doomed);
    }

    // A folder cannot replace another in one instant: the old one waits under a name that Tidy knows.
    private void PutInPlace(string temporary, string path)
    {
        IDisk disk = AtomicFile.Disk;
        string old = path + Replaced;
        bool replaces = Directory.Exists(path);
        if (replaces)
        {
            if (Directory.Exists(old)) disk.DeleteFolder(old);
            disk.MoveFolder(path, old);
        }
        disk.MoveFolder(temporary, path);
        disk.FlushFolder(outputFolder);
        if (replaces) disk.DeleteFolder(old);
    }

    // Room on a full disk; whatever goes wrong here, the error before it is the one to tell.
    private static void Discard(string temporary)
    {
        try
        {
            if (Directory.Exists(temporary)) AtomicFile.Disk.DeleteFolder(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static int? StepOf(string path) =>
        int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : null;
}
