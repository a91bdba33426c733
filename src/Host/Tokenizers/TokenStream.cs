// Decoding one id at a time, for text that appears while it is generated: characters are never broken.
namespace FastTune.Tokenizers;

/// <summary>Shows a piece when the ids so far give more text that does not end in an unfinished character.</summary>
/// <remarks>Text once shown is never taken back, and no id makes it throw. Not safe for use from several threads.</remarks>
public sealed class TokenStream(ITokenizer tokenizer, bool skipSpecialTokens)
{
    private const char Unfinished = '\uFFFD';

    private readonly List<int> ids = [];
    private string prefix = "";
    private int prefixIds;

    /// <summary>Text that this id completes, or null when there is nothing to show yet.</summary>
    public string? Next(int id)
    {
        if (prefix.Length == 0 && ids.Count > 0)
        {
            string before = Decode();
            if (!before.EndsWith(Unfinished)) (prefix, prefixIds) = (before, ids.Count);
        }
        ids.Add(id);
        string text = Decode();
        if (text.EndsWith(Unfinished)) return null;
        string? shown = Behind(text);
        if (shown is null) return null;
        int kept = ids.Count - prefixIds;
        ids.RemoveRange(0, prefixIds);
        (prefix, prefixIds) = (Decode(), kept);
        return shown;
    }

    /// <summary>What is still held back at the end, unfinished characters included; null when nothing is.</summary>
    public string? Finish()
    {
        string? rest = Behind(Decode());
        ids.Clear();
        (prefix, prefixIds) = ("", 0);
        return rest;
    }

    // A bad byte can turn text already shown into replacement characters (byte fallback): only what is longer is new.
    private string? Behind(string text) => text.Length > prefix.Length ? text[prefix.Length..] : null;

    private string Decode() => tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids), skipSpecialTokens);
}
