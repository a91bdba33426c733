// A tokenizer for tests: a letter is its own id, special tokens are single ids from 0x110000 on.
using FastTune.Tokenizers;

namespace FastTune.Tests.Host.Templates;

internal sealed record LetterTokenizer(SpecialTokens Special, IReadOnlyList<string> Added, string? ChatTemplate = null, bool AddsBos = false) : ITokenizer
{
    private const int FirstAdded = 0x110000;

    public static LetterTokenizer Plain => new(new SpecialTokens("<s>", "</s>", null, null, []), ["<s>", "</s>"]);

    public int VocabularySize => FirstAdded + Added.Count;

    public int[] Encode(string text)
    {
        var ids = new List<int>();
        for (int at = 0; at < text.Length;)
        {
            string? token = Added.Where(token => string.CompareOrdinal(text, at, token, 0, token.Length) == 0).MaxBy(token => token.Length);
            ids.Add(token is null ? text[at] : FirstAdded + Added.ToList().IndexOf(token));
            at += token?.Length ?? 1;
        }
        return [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        string text = "";
        foreach (int id in ids) text += id < FirstAdded ? ((char)id).ToString() : skipSpecialTokens ? "" : Added[id - FirstAdded];
        return text;
    }

    public int? TokenToId(string token) => Added.Contains(token) ? FirstAdded + Added.ToList().IndexOf(token) : token.Length == 1 ? token[0] : null;

    public string? IdToToken(int id) => id < FirstAdded ? ((char)id).ToString() : Added[id - FirstAdded];

    public ITokenizer WithTokens(IReadOnlyList<string> tokens, bool special) => this with { Added = [.. Added, .. tokens.Except(Added)] };

    public ITokenizer WithSpecial(SpecialTokens special) => this with { Special = special };

    public ITokenizer WithChatTemplate(string? template) => this with { ChatTemplate = template };
}
