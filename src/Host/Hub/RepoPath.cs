// Paths that a hub names are hostile: what may become a file below a folder, and what may not.
using System.Text;

namespace FastTune.Hub;

/// <summary>Paths are refused, never mended: a mended name could be another file's.</summary>
internal static class RepoPath
{
    private const int Longest = 1024, LongestPart = 200, Deepest = 32;

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. Numbered("COM"), .. Numbered("LPT")], StringComparer.OrdinalIgnoreCase);

    /// <summary>Why this path must not be used on any system, or null when it may.</summary>
    public static string? Fault(string path)
    {
        if (path.Length is 0 or > Longest) return "is empty or too long";
        string[] parts = path.Split('/');
        if (parts.Length > Deepest) return "is nested too deeply";
        foreach (string part in parts)
        {
            if (part.Length == 0) return "has an empty part";
            if (part is "." or "..") return "leaves its folder";
            if (Encoding.UTF8.GetByteCount(part) > LongestPart) return "has a part that is too long";
            if (part.Any(letter => char.IsControl(letter) || letter is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' || char.IsSurrogate(letter) || letter is >= '\u2028' and <= '\u202e'))
                return "has a character that file names cannot have everywhere";
            if (part[^1] is '.' or ' ' || part[0] == ' ') return "has a part that begins with a blank or ends with a blank or a dot";
            if (IsDevice(part)) return "is the name of a device";
        }
        return null;
    }

    /// <summary>CON, nul.txt and their like.</summary>
    public static bool IsDevice(string part) => Devices.Contains(part.Split('.')[0].TrimEnd());

    /// <summary>Holds a whole set of paths to the rules: each by itself, no two equal but for case, no file where another needs a folder.</summary>
    /// <exception cref="UserError">The first path that breaks a rule.</exception>
    public static void Check(string repository, IEnumerable<string> paths)
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var folders = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string path in paths)
        {
            if (Fault(path) is { } fault) throw Refused(repository, path, fault);
            if (!files.Add(path)) throw Refused(repository, path, "is there twice, perhaps with other case");
            for (int slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1)) folders.Add(path[..slash]);
        }
        if (files.FirstOrDefault(folders.Contains) is { } both) throw Refused(repository, both, "is a file and a folder at once");
    }

    private static UserError Refused(string repository, string path, string fault) =>
        new($"{repository}: the hub lists the file '{path}', which {fault}: refused; tell the repository's owner, or leave the file out with --exclude");

    private static IEnumerable<string> Numbered(string name) => Enumerable.Range(1, 9).Select(number => $"{name}{number}");
}
