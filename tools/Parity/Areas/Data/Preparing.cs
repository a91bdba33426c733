// Runs the data door on a golden's settings: tokenizer and template by name, options from its config.
using System.Text.Json;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Parity.Data;

internal static class Preparing
{
    private static readonly Dictionary<string, ITokenizer> Loaded = [];

    /// <summary>The template on the tokenizer of this name, which lies in a folder `tokenizers` beside or above the goldens.</summary>
    public static ITemplate Template(string file, string template, string tokenizer, bool addsBos = false, TemplateOptions? options = null)
    {
        options = (options ?? new TemplateOptions()) with { Clock = new FixedClock("05 Mar 2026") };
        return ChatTemplates.Find(template, new BosTokenizer(Tokenizer(file, tokenizer), addsBos), options);
    }

    private static ITokenizer Tokenizer(string file, string name)
    {
        for (var folder = Directory.GetParent(Path.GetFullPath(file)); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tokenizers", name);
            if (!File.Exists(Path.Combine(path, "tokenizer.json"))) continue;
            lock (Loaded)
            {
                if (!Loaded.TryGetValue(path, out var tokenizer)) Loaded[path] = tokenizer = Tokenizers.Tokenizer.Load(path);
                return tokenizer;
            }
        }
        throw new UserError($"no folder tokenizers/{name} beside or above {file}");
    }

    /// <summary>Data options of a golden config, with packing and cutoff derived as the configuration does it.</summary>
    public static DataOptions Options(JsonElement config, string stage, string sources)
    {
        bool neat = config.Flag("neat_packing"), packing = config.Flag("packing");
        bool unset = !config.TryGetProperty("packing", out _);
        int cutoff = config.TryGetProperty("cutoff_len", out var length) ? length.GetInt32() : 2048;
        return new DataOptions
        {
            DatasetDir = sources,
            Dataset = Names(config, "dataset"),
            EvalDataset = Names(config, "eval_dataset"),
            CutoffLen = neat || packing ? cutoff - 1 : cutoff,
            Packing = neat || packing || (unset && stage == "pt"),
            NeatPacking = neat,
            TrainOnPrompt = config.Flag("train_on_prompt"),
            MaskHistory = config.Flag("mask_history"),
            MixStrategy = config.TryGetProperty("mix_strategy", out var mix) ? mix.GetString()! : "concat",
            InterleaveProbs = Names(config, "interleave_probs").Select(double.Parse).ToList(),
            PreprocessingBatchSize = config.TryGetProperty("preprocessing_batch_size", out var size) ? size.GetInt32() : 1000,
            MaxSamples = config.TryGetProperty("max_samples", out var most) ? most.GetInt32() : null,
            ValSize = config.TryGetProperty("val_size", out var held) ? held.GetDouble() : 0,
            EvalOnEachDataset = config.Flag("eval_on_each_dataset"),
            EnableThinking = !config.TryGetProperty("enable_thinking", out var thinks) ? true
                : thinks.ValueKind == JsonValueKind.Null ? null : thinks.GetBoolean(),
            PreserveThinking = config.Flag("preserve_thinking"),
        };
    }

    private static IReadOnlyList<string> Names(JsonElement config, string key) =>
        config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Split(',', StringSplitOptions.TrimEntries) : [];

    /// <summary>A tokenizer whose own bos setting is the golden's.</summary>
    private sealed record BosTokenizer(ITokenizer Inner, bool AddsBos) : ITokenizer
    {
        public int VocabularySize => Inner.VocabularySize;
        public SpecialTokens Special => Inner.Special;
        public string? ChatTemplate => Inner.ChatTemplate;
        public int[] Encode(string text) => Inner.Encode(text);
        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => Inner.Decode(ids, skipSpecialTokens);
        public int? TokenToId(string token) => Inner.TokenToId(token);
        public string? IdToToken(int id) => Inner.IdToToken(id);
        public ITokenizer WithTokens(IReadOnlyList<string> tokens, bool special) => this with { Inner = Inner.WithTokens(tokens, special) };
        public ITokenizer WithSpecial(SpecialTokens special) => this with { Inner = Inner.WithSpecial(special) };
        public ITokenizer WithChatTemplate(string? template) => this with { Inner = Inner.WithChatTemplate(template) };
    }
}
