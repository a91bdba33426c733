// The templates that ship with the program (embedded files under Data) and those of the user's own files, by name.
using System.Collections.Concurrent;

namespace FastTune.Templates;

internal static class TemplateLibrary
{
    private const string Folder = "FastTune.Templates.Data.";
    private const string Extension = ".json";
    private const int MaxFileBytes = 1 << 20;
    private const int MaxLikes = 16;

    private static readonly ConcurrentDictionary<string, TemplateDefinition> Known = new(StringComparer.Ordinal);

    /// <summary>Names of the templates that ship, in alphabetical order.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        .. typeof(TemplateLibrary).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The template of this name, or the one in the file that <paramref name="name"/> is the path of (it ends in .json).</summary>
    public static TemplateDefinition Find(string name)
    {
        if (name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)) return FromFile(name);
        return Known.GetOrAdd(name, static key => Load(key).Define(key, $"template {key}"));
    }

    private static TemplateDefinition FromFile(string path)
    {
        if (!File.Exists(path)) throw new UserError($"template: {path} does not exist; give a template's name or the path of a template file");
        if (new FileInfo(path).Length > MaxFileBytes) throw new UserError($"{path}: a template file may have at most {MaxFileBytes} bytes");
        var file = TemplateFile.Parse(File.ReadAllBytes(path), path);
        if (file.Like is { } basis) file = file.Over(Load(basis));
        return file.Define(Path.GetFileNameWithoutExtension(path), path);
    }

    private static TemplateFile Load(string name)
    {
        var file = Read(name);
        for (int i = 0; file.Like is { } basis; i++)
        {
            if (i == MaxLikes) throw new UserError($"template {name}: \"like\" leads in a circle");
            var next = Read(basis);
            file = file.Over(next) with { Like = next.Like };
        }
        return file;
    }

    private static TemplateFile Read(string name)
    {
        using var stream = typeof(TemplateLibrary).Assembly.GetManifestResourceStream(Folder + name + Extension);
        if (stream is null) throw Unknown(name);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return TemplateFile.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), $"template {name}");
    }

    private static UserError Unknown(string name) =>
        new($"template: \"{name}\" is unknown; did you mean {Names.MinBy(known => Distance(name, known))}? (or give the path of a template file, or \"jinja\")");

    // Edits between two names (Levenshtein).
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (int i = 1; i <= left.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                int change = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? corner : corner + 1;
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
                corner = above;
            }
        }
        return row[^1];
    }
}
