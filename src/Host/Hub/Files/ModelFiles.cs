// What loading a model or an adapter needs of its repository; code is never among it.
using System.Text.RegularExpressions;
using FastTune.Formats;

namespace FastTune.Hub;

/// <summary>Configuration, tokenizer, templates, and one form of the weights: safetensors before pickles before GGUF.</summary>
/// <param name="weights">False: what a tokenizer needs, no weights but those of a GGUF file, which holds both.</param>
internal sealed partial class ModelFiles(RepoId id, bool weights = true) : IFileChoice
{
    private const string Single = "model.safetensors", SingleBin = "pytorch_model.bin", IndexSuffix = ".index.json";

    private static readonly HashSet<string> Small = new(
        [
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
            "vocab.json", "vocab.txt", "merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja", "chat_template.json",
            "preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json", "quantize_config.json", "quantization_config.json", "adapter_config.json", "value_head.safetensors",
        ], StringComparer.Ordinal);

    private string? gguf;

    /// <summary>What a loader opens: the folder, or the GGUF file in it.</summary>
    public string Opened(string folder) => gguf is null ? folder : Path.Combine(folder, gguf);

    public IReadOnlyList<string> First(IReadOnlyList<string> paths)
    {
        var there = paths.ToHashSet(StringComparer.Ordinal);
        List<string> needed = [.. paths.Where(path => Small.Contains(path) || path.EndsWith(".tiktoken", StringComparison.Ordinal) && !path.Contains('/'))];
        string[] adapter = [.. new[] { "adapter_model.safetensors", "adapter_model.bin" }.Where(there.Contains).Take(1)];
        string[] stored = [.. new[] { Single, Single + IndexSuffix, SingleBin, SingleBin + IndexSuffix }.Where(there.Contains).Take(1)];
        if (id.Quantisation is not null || stored.Length + adapter.Length == 0) return [.. needed, .. Gguf(paths)];
        return weights ? [.. needed, .. adapter, .. stored] : needed;
    }

    public IReadOnlyList<string> Then(string folder, IReadOnlyList<string> paths)
    {
        if (gguf is not null || paths.Contains(Single)) return [];
        string? index = new[] { Single, SingleBin }.Select(name => name + IndexSuffix).FirstOrDefault(name => paths.Contains(name) && File.Exists(Path.Combine(folder, name)));
        if (index is null || index.StartsWith(SingleBin, StringComparison.Ordinal) && paths.Contains(SingleBin)) return [];
        string[] shards = [.. ShardIndex.Read(Path.Combine(folder, index)).Shards];
        string? absent = shards.FirstOrDefault(shard => !paths.Contains(shard));
        return absent is null ? shards : throw new UserError($"{id}: {index} names the file '{absent}', which the repository does not have; its owner has to repair it");
    }

    private IReadOnlyList<string> Gguf(IReadOnlyList<string> paths)
    {
        var groups = paths.Where(path => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            .GroupBy(path => Part().Replace(path, ".gguf")).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (groups.Count == 0)
            throw new UserError($"{id} has no weights that can be read (model.safetensors, its index, pytorch_model.bin, adapter_model.safetensors or a .gguf file); check the name");
        var fits = id.Quantisation is not { } wanted ? groups : groups.FindAll(group => Names(group.Key, wanted));
        if (fits.Count != 1)
            throw new UserError($"{id} has {(fits.Count == 0 ? "no GGUF file of that quantisation" : "several GGUF files")}; write {id.Name}:NAME with the quantisation of one of {string.Join(", ", groups.Take(12).Select(group => Path.GetFileName(group.Key)))}");
        string[] parts = [.. fits[0].Order(StringComparer.Ordinal)];
        gguf = parts[0];
        return parts;
    }

    /// <summary>The name has the quantisation as a word: Q4_K is not Q4_K_M.</summary>
    private static bool Names(string file, string quantisation)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        int at = name.LastIndexOf(quantisation, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && at + quantisation.Length == name.Length && (at == 0 || name[at - 1] is '-' or '.' or '_');
    }

    [GeneratedRegex(@"-\d{5}-of-\d{5}\.gguf\z", RegexOptions.IgnoreCase)]
    private static partial Regex Part();
}
