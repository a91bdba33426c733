// What a template does to its tokenizer before use: eos replaced, pad filled in, stop words made single tokens, a chat template stored.
using FastTune.Tokenizers;

namespace FastTune.Templates;

internal static class TokenizerFix
{
    private const string LastResortEos = "<|endoftext|>";

    public static ITokenizer Apply(TemplateDefinition template, ITokenizer tokenizer)
    {
        IReadOnlyList<string> stopWords = template.StopWords;
        if (template.ReplaceEos)
        {
            if (stopWords.Count == 0) throw new UserError($"template {template.Name}: \"replace_eos\" needs a stop word that becomes the eos");
            tokenizer = WithEos(tokenizer, stopWords[0]);
            stopWords = [.. stopWords.Skip(1)];
        }
        if (tokenizer.Special.Eos is null) tokenizer = WithEos(tokenizer, LastResortEos);
        if (tokenizer.Special.Pad is null) tokenizer = tokenizer.WithSpecial(tokenizer.Special with { Pad = tokenizer.Special.Eos });
        if (stopWords.Count > 0) tokenizer = WithAdditional(tokenizer, stopWords);
        bool store = tokenizer.ChatTemplate is null || template.ReplaceChatTemplate;
        return store && JinjaText.Of(template, tokenizer.Special) is { } text ? tokenizer.WithChatTemplate(text) : tokenizer;
    }

    /// <summary>Ids that end an answer: eos and every stop word.</summary>
    public static IReadOnlySet<int> StopIds(TemplateDefinition template, ITokenizer tokenizer)
    {
        var ids = new HashSet<int>();
        foreach (string word in template.StopWords.Prepend(tokenizer.Special.Eos ?? ""))
            if (tokenizer.TokenToId(word) is { } id) ids.Add(id);
        return ids;
    }

    private static ITokenizer WithEos(ITokenizer tokenizer, string eos)
    {
        if (tokenizer.Special.Eos == eos) return tokenizer;
        tokenizer = tokenizer.WithTokens([eos], special: true);
        return tokenizer.WithSpecial(tokenizer.Special with { Eos = eos });
    }

    private static ITokenizer WithAdditional(ITokenizer tokenizer, IReadOnlyList<string> words)
    {
        tokenizer = tokenizer.WithTokens(words, special: true);
        var known = tokenizer.Special.Additional;
        return tokenizer.WithSpecial(tokenizer.Special with { Additional = [.. known, .. words.Except(known)] });
    }
}
