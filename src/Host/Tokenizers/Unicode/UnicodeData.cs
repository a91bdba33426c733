// Reads the Unicode tables that .NET does not have (older versions, scripts, normalization without ICU) from the program's resources.
namespace FastTune.Tokenizers.Unicode;

internal static class UnicodeData
{
    /// <summary>The lines of a table, comments left out.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream($"tokenizers/{name}")
            ?? throw new InvalidOperationException($"resource {name} is missing from the build");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) yield return line;
    }
}
