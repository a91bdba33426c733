// Splits guessed from names, in the order of Hugging Face's datasets library: shards, file names, folder names, else all is train.
using System.Text.RegularExpressions;

namespace FastTune.Hub;

internal static partial class DatasetSplits
{
    private static readonly (string Split, string[] Words)[] Known =
    [
        ("train", ["train", "training"]),
        ("validation", ["validation", "valid", "dev", "val"]),
        ("test", ["test", "testing", "eval", "evaluation"]),
    ];

    /// <summary>Files by split, in the given order.</summary>
    public static IReadOnlyDictionary<string, List<string>> Of(IReadOnlyList<string> files)
    {
        var shards = Group(files, path => Shard().Match(path) is { Success: true } match ? match.Groups[1].Value : null);
        if (shards.Count > 0) return shards;
        var named = Group(files, path => Word(Path.GetFileNameWithoutExtension(path)));
        if (named.Count > 0) return named;
        var foldered = Group(files, path => path.Split('/')[..^1].Select(Word).FirstOrDefault(split => split is not null));
        return foldered.Count > 0 ? foldered : new Dictionary<string, List<string>> { ["train"] = [.. files] };
    }

    private static Dictionary<string, List<string>> Group(IReadOnlyList<string> files, Func<string, string?> split)
    {
        var groups = new Dictionary<string, List<string>>();
        foreach (string file in files)
        {
            if (split(file) is not { } name) continue;
            if (!groups.TryGetValue(name, out var group)) groups[name] = group = [];
            group.Add(file);
        }
        return groups;
    }

    /// <summary>The split that a name has as a word of its own: "my-train-01" does, "trainer" does not.</summary>
    private static string? Word(string name)
    {
        string[] words = name.ToLowerInvariant().Split(['-', '.', '_', ' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], StringSplitOptions.RemoveEmptyEntries);
        return Known.FirstOrDefault(known => known.Words.Any(words.Contains)).Split;
    }

    [GeneratedRegex(@"(?:\A|/)data/([\w.\-]{1,64})-\d{5}-of-\d{5}[^/]*\z")]
    private static partial Regex Shard();
}
