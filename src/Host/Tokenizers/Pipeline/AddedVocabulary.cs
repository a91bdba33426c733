// The added tokens of a tokenizer: which there are, and cutting them out of a text.
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.Regexes;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Pipeline;

/// <summary>A stretch of text and the added token found there, or null.</summary>
internal readonly record struct Cut(int Start, int End, AddedToken? Token);

internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, AddedToken> byContent = [];
    private readonly Dictionary<int, AddedToken> byId = [];
    private readonly Dictionary<int, string> normalizedForms = [];
    private readonly TokenTrie raw, normalized;

    /// <param name="tokens">In order; a later one with the same content or id replaces the earlier.</param>
    public AddedVocabulary(IEnumerable<AddedToken> tokens, INormalizer? normalizer)
    {
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0) continue;
            byContent[token.Content] = token;
            byId[token.Id] = token;
            normalizedForms.Remove(token.Id);
            if (!token.Normalized || normalizer is null) continue;
            string form = normalizer.Normalize(AlignedText.Of(token.Content)).Text;
            if (form != token.Content) normalizedForms[token.Id] = form;
        }
        raw = new TokenTrie(byId.Values.Where(t => !t.Normalized).Select(t => (t.Content, t.Id)));
        normalized = new TokenTrie(byId.Values.Where(t => t.Normalized).Select(t => (FormOf(t), t.Id)).Where(t => t.Item1.Length > 0));
        HasNormalized = !normalized.IsEmpty;
    }

    /// <summary>All added tokens in id order.</summary>
    public IReadOnlyList<AddedToken> All => [.. byId.Values.OrderBy(t => t.Id)];

    public bool HasNormalized { get; }

    public int End => byId.Count == 0 ? 0 : byId.Keys.Max() + 1;

    public AddedToken? Find(string content) => byContent.GetValueOrDefault(content);

    public AddedToken? Find(int id) => byId.GetValueOrDefault(id);

    /// <summary>What decoders see of this token: the form it was found in.</summary>
    public string FormOf(AddedToken token) => normalizedForms.GetValueOrDefault(token.Id, token.Content);

    public bool IsSpecial(string text) => byContent.TryGetValue(text, out var token) && token.Special;

    /// <summary>Cuts the text at added tokens. The parts cover it; parts without a token may be empty only for an empty text.</summary>
    /// <param name="inNormalized">Looks for the tokens that are matched in normalized text.</param>
    /// <param name="splitSpecial">Leaves special tokens in the text.</param>
    public void Extract(ReadOnlySpan<char> text, bool inNormalized, bool splitSpecial, List<Cut> cuts)
    {
        var trie = inNormalized ? normalized : raw;
        int done = 0, from = 0;
        while (!trie.IsEmpty && from < text.Length)
        {
            var (start, end, id) = trie.Find(text, from);
            if (id < 0) break;
            from = end;
            var token = byId[id];
            if (splitSpecial && token.Special) continue;
            if (token.SingleWord && (IsWordBefore(text, start) || IsWordAt(text, end))) continue;
            if (token.LeftStrip)
                while (start > done && CodePoints.IsWhite(text[start - 1])) start--;
            if (token.RightStrip)
                while (end < text.Length && CodePoints.IsWhite(text[end])) end++;
            if (start > done) cuts.Add(new Cut(done, start, null));
            cuts.Add(new Cut(start, end, token));
            done = end;
        }
        if (done < text.Length || text.Length == 0) cuts.Add(new Cut(done, text.Length, null));
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at)
    {
        if (at == 0) return false;
        int start = at > 1 && char.IsLowSurrogate(text[at - 1]) ? at - 2 : at - 1;
        return IsWordAt(text, start);
    }

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) =>
        at < text.Length && ClassNames.IsWordOrJoiner(CodePoints.At(text, at, out _));
}
