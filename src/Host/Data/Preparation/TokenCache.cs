// tokenized_path: prepared rows kept in a folder, with all that made them.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Data;

/// <summary>Two files: <c>settings.json</c>, written first, and <c>rows.bin</c>, whose presence says that both are complete.</summary>
internal static class TokenCache
{
    private const string RowsFile = "rows.bin", SettingsFile = "settings.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The kept rows where there are some, else those that <paramref name="prepare"/> makes, which are then kept.</summary>
    /// <exception cref="UserError">The folder holds something else, or rows that were made with other settings, texts or tokens.</exception>
    public static PreparedData Through(DataRequest request, PreparedData blank, Func<PreparedData> prepare)
    {
        if (request.Data.TokenizedPath is not string folder) return prepare();
        string rows = Path.Combine(folder, RowsFile), settings = Path.Combine(folder, SettingsFile);
        if (File.Exists(rows))
        {
            CheckSettings(settings, CacheSettings.Of(request));
            return TokenFile.Read(rows, blank);
        }
        RequireOwn(folder);
        var prepared = prepare();
        AtomicFile.WriteText(settings, JsonSerializer.Serialize(CacheSettings.Of(request), Indented));
        AtomicFile.Write(rows, stream => TokenFile.Write(stream, prepared));
        return prepared;
    }

    /// <summary>Nothing is written beside the files of another program.</summary>
    private static void RequireOwn(string folder)
    {
        if (!Directory.Exists(folder)) return;
        string? foreign = Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))
            .FirstOrDefault(name => !name.StartsWith(RowsFile, StringComparison.Ordinal) && !name.StartsWith(SettingsFile, StringComparison.Ordinal));
        if (foreign is not null)
            throw new UserError($"tokenized_path: {folder} holds {foreign} and no rows that this program prepared; name another folder");
    }

    private static void CheckSettings(string path, IReadOnlyDictionary<string, string?> wanted)
    {
        Dictionary<string, string?>? kept = null;
        try
        {
            if (File.Exists(path)) kept = JsonSerializer.Deserialize<Dictionary<string, string?>>(File.ReadAllText(path));
        }
        catch (JsonException error)
        {
            throw new UserError($"{path}: not valid JSON; delete the folder", inner: error);
        }
        if (kept is null) throw new UserError($"tokenized_path: {path} is missing, so that nobody knows what the rows beside it are; delete the folder");
        foreach (var (key, value) in wanted)
            if (value is not null && kept.GetValueOrDefault(key) is var other && other != value)
                throw new UserError($"tokenized_path: {path} was made with {key} '{other}', the recipe has '{value}'; delete the folder or name another one");
    }
}
