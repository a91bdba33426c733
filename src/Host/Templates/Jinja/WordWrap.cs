// The filter wordwrap: lines of at most so many characters, broken at white space and behind hyphens.
using System.Text.RegularExpressions;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static partial class WordWrap
{
    public static object Apply(object[] a)
    {
        int width = Args.Int(a[1]);
        if (width <= 0) throw PyError.Value($"invalid width {width} (must be > 0)");
        string newLine = Args.OptionalText(a[3]) ?? "\n";
        bool breakLong = PyType.Truth(a[2]), hyphens = PyType.Truth(a[4]);
        return string.Join(newLine, StringText.Lines(Args.Text(a[0]), keepEnds: false).Select(line => string.Join(newLine, Wrap(line, width, breakLong, hyphens))));
    }

    private static List<string> Wrap(string line, int width, bool breakLong, bool hyphens)
    {
        var chunks = new Queue<string>((hyphens ? HyphenChunk() : Chunk()).Matches(line).Select(match => match.Value));
        var lines = new List<string>();
        string current = "";
        while (chunks.TryPeek(out string? chunk))
        {
            if (current.Length == 0 && lines.Count > 0 && string.IsNullOrWhiteSpace(chunk)) chunks.Dequeue();
            else if (current.Length + chunk.Length <= width) current += chunks.Dequeue();
            else if (chunk.Length > width)
            {
                current += TakeLong(chunks, breakLong ? Math.Max(1, width - current.Length) : current.Length == 0 ? chunk.Length : 0);
                Flush(lines, ref current);
            }
            else Flush(lines, ref current);
        }
        Flush(lines, ref current);
        return lines;
    }

    private static string TakeLong(Queue<string> chunks, int room)
    {
        if (room == 0) return "";
        string chunk = chunks.Dequeue();
        if (room >= chunk.Length) return chunk;
        string[] rest = [chunk[room..], .. chunks];
        chunks.Clear();
        foreach (string next in rest) chunks.Enqueue(next);
        return chunk[..room];
    }

    private static void Flush(List<string> lines, ref string current)
    {
        string line = PyStrings.TrimEnd(current);
        if (line.Length > 0) lines.Add(line);
        current = "";
    }

    [GeneratedRegex(@"\s+|\S+")]
    private static partial Regex Chunk();

    [GeneratedRegex(@"\s+|[^\s-]*[\w][^\s-]*-+(?=\w)|\S+?(?<=\w\w-)(?=\w\w)|\S+")]
    private static partial Regex HyphenChunk();
}
