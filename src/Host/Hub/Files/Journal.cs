// What is known of a partial file: which content it belongs to, how it is filled, which ranges are complete.
using System.Text.Json;

namespace FastTune.Hub;

/// <param name="Key">The content: its hash, or the address where none is known.</param>
/// <param name="Size">Bytes of the whole.</param>
/// <param name="RangeBytes">Bytes of a range that is filled by itself; 0: the file is filled from its start.</param>
/// <param name="Mark">The storage's ETag, sent as If-Range, or null.</param>
/// <param name="Done">Numbers of complete ranges.</param>
internal sealed record Journal(string Key, long Size, long RangeBytes, string? Mark, IReadOnlyList<int> Done)
{
    private const int LongestMark = 256, LargestFile = 1 << 20;

    public static string PathOf(string partial) => partial + ".journal";

    /// <summary>The journal beside a partial file if both are there and belong to this content; else null, and both are gone.</summary>
    public static Journal? Open(string partial, string key, long size, long rangeBytes)
    {
        var journal = File.Exists(partial) ? Read(PathOf(partial)) : null;
        if (journal is not null && journal.Key == key && journal.Size == size && journal.RangeBytes == rangeBytes && journal.Done.All(number => number >= 0 && number <= size / Math.Max(1, rangeBytes)))
            return journal;
        Delete(partial);
        return null;
    }

    public void Write(string partial)
    {
        string? mark = Mark is { Length: <= LongestMark } && !Mark.StartsWith("W/", StringComparison.Ordinal) ? Mark : null;
        NoteFile.Write(PathOf(partial), JsonSerializer.Serialize(this with { Mark = mark }));
    }

    public static void Delete(string partial)
    {
        File.Delete(PathOf(partial));
        File.Delete(partial);
    }

    private static Journal? Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.Length > LargestFile) return null;
        try
        {
            return JsonSerializer.Deserialize<Journal>(File.ReadAllText(path)) is { Key: not null, Done: not null } journal ? journal : null;
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }
}
