// The room's door: a tokenizer from a model folder, from a GGUF's metadata, or from training.
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.PostProcessors;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers;

/// <summary>A Hugging Face tokenizer (tokenizer.json), exact: ids, tokens and text as the tokenizers library gives them.
/// Immutable and safe for use from several threads.</summary>
public sealed class Tokenizer : ITokenizer
{
    private const char Metaspace = '\u2581';

    private readonly ByteLevelEncoder? fast;

    internal Tokenizer(TokenizerPipeline pipeline, PartsJson parts, SpecialTokens special, string? chatTemplate)
    {
        (Pipeline, Parts, Special, ChatTemplate) = (pipeline, parts, special, chatTemplate);
        fast = ByteLevelEncoder.TryCreate(pipeline);
        VocabularySize = Math.Max(pipeline.Model.Vocabulary.End, pipeline.Added.End);
    }

    internal TokenizerPipeline Pipeline { get; }

    internal PartsJson Parts { get; }

    public int VocabularySize { get; }

    /// <summary>Texts of the added tokens, special or not: those that are single tokens wherever they stand.</summary>
    public IEnumerable<string> AddedTokens => Pipeline.Added.All.Select(token => token.Content);

    public SpecialTokens Special { get; }

    public bool AddsBos => Special.Bos is { } bos && First(Pipeline.PostProcessor) == bos;

    public string? ChatTemplate { get; }

    /// <summary>Reads tokenizer.json (without one, SentencePiece's tokenizer.model), and beside it tokenizer_config.json,
    /// special_tokens_map.json and chat_template.jinja where they exist.</summary>
    /// <exception cref="UserError">There is no tokenizer in the folder, or a file is malformed.</exception>
    public static Tokenizer Load(string folder) => TokenizerFolder.Load(folder);

    /// <summary>The tokenizer inside a GGUF file, with the ids that llama.cpp gives.</summary>
    /// <exception cref="UserError">The metadata is incomplete or of a kind that is not known.</exception>
    public static Tokenizer FromGguf(GgufTokenizerData data) => GgufTokenizer.Build(data);

    public int[] Encode(string text) => Encode(text, splitSpecial: false);

    /// <summary>Ids of the text; with <paramref name="splitSpecial"/> special tokens written in it are ordinary text.</summary>
    public int[] Encode(string text, bool splitSpecial)
    {
        text = CodePoints.WellFormed(text);
        return fast?.Encode(text, splitSpecial) ?? [.. Pipeline.Encode(text, splitSpecial).Ids];
    }

    /// <summary>Ids of the text, and for each the stretch [start, end) of the text's code points that it stands for.</summary>
    public (int[] Ids, (int Start, int End)[] Offsets) EncodeWithOffsets(string text)
    {
        var encoded = Pipeline.Encode(CodePoints.WellFormed(text));
        return ([.. encoded.Ids], [.. encoded.Offsets]);
    }

    /// <summary>Ids of a text as it stands inside another: plain text whatever it spells, and without the space that some
    /// tokenizers put in front of a text.</summary>
    public int[] EncodeInside(string text)
    {
        const string Before = "\n";
        int[] ids = Encode(text, splitSpecial: true);
        if (ids.Length == 0 || IdToToken(ids[0]) is not { } first || !first.StartsWith(Metaspace) || text.StartsWith(Metaspace)) return ids;
        int[] before = Encode(Before), both = Encode(Before + text, splitSpecial: true);
        return both.AsSpan().StartsWith(before) ? both[before.Length..] : ids;
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => Pipeline.Decode(ids, skipSpecialTokens);

    public int? TokenToId(string token) => Pipeline.Added.Find(token)?.Id ?? Pipeline.Model.Vocabulary.Find(token);

    public string? IdToToken(int id) => Pipeline.Added.Find(id)?.Content ?? Pipeline.Model.Vocabulary.Token(id);

    ITokenizer ITokenizer.WithTokens(IReadOnlyList<string> tokens, bool special) => WithTokens(tokens, special);

    /// <inheritdoc cref="ITokenizer.WithTokens"/>
    public Tokenizer WithTokens(IReadOnlyList<string> tokens, bool special)
    {
        var added = Pipeline.Added.All.ToList();
        int next = VocabularySize;
        foreach (string token in tokens.Where(t => t.Length > 0))
        {
            int known = added.FindIndex(a => a.Content == token);
            if (known >= 0 && (!special || added[known].Special)) continue;
            int id = known >= 0 ? added[known].Id : Pipeline.Model.Vocabulary.Find(token) ?? next++;
            if (known >= 0) added.RemoveAt(known);
            added.Add(new AddedToken(id, token, Normalized: !special, Special: special));
        }
        var pipeline = Pipeline with { Added = new AddedVocabulary(added.OrderBy(t => t.Id), Pipeline.Normalizer) };
        return new Tokenizer(pipeline, Parts, Special, ChatTemplate);
    }

    /// <inheritdoc/>
    /// <exception cref="UserError">A named token does not exist.</exception>
    public ITokenizer WithSpecial(SpecialTokens special)
    {
        foreach (string? token in (string?[])[special.Bos, special.Eos, special.Pad, special.Unk, .. special.Additional])
        {
            if (token is not null && TokenToId(token) is null)
                throw new UserError($"tokenizer has no token '{token}' to use as a special token: add it first (add_special_tokens)");
        }
        return new Tokenizer(Pipeline, Parts, special, ChatTemplate);
    }

    public ITokenizer WithChatTemplate(string? template) => new Tokenizer(Pipeline, Parts, Special, template);

    private static string? First(IPostProcessor? processor) => processor switch
    {
        TemplateProcessor { Single: [{ Special: { Tokens: [var token, ..] } }, ..] } => token,
        PostProcessorSequence sequence => sequence.Parts.Select(First).FirstOrDefault(t => t is not null),
        _ => null,
    };
}
