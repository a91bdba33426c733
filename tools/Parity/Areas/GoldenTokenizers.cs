// Real tokenizers for goldens that give ids: the folder `tokenizers/NAME` above the golden folder, each loaded once.
using System.Collections.Concurrent;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class GoldenTokenizers
{
    private static readonly ConcurrentDictionary<string, Tokenizer> Loaded = new();

    /// <summary>The tokenizer of this name, looked for in every folder above <paramref name="folder"/>.</summary>
    public static Tokenizer Load(string folder, string name)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "tokenizers", name);
            if (File.Exists(Path.Combine(candidate, "tokenizer.json"))) return Loaded.GetOrAdd(candidate, Tokenizer.Load);
        }
        throw new UserError($"no folder above {folder} has tokenizers/{name}/tokenizer.json");
    }
}
