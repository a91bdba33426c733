// The decoders that edit token texts.
using System.Text;
using FastTune.Tokenizers.Patterns;

namespace FastTune.Tokenizers.Decoders;

internal sealed class FuseDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Cuts up to so many characters from either end while they equal the content. (The reference crashes where a token
/// is shorter than the cut; here nothing is left of it.)</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : IDecoder
{
    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        string cut = content.ToString();
        int first = 0, last = token.Length;
        for (int i = 0; i < start && string.CompareOrdinal(token, first, cut, 0, cut.Length) == 0; i++) first += cut.Length;
        for (int i = 0; i < stop && last - cut.Length >= first && string.CompareOrdinal(token, last - cut.Length, cut, 0, cut.Length) == 0; i++) last -= cut.Length;
        return token[first..last];
    }
}

internal sealed class ReplaceDecoder(IPattern pattern, string content) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var found = new List<Found>();
        return [.. tokens.Select(token => Replace(token, found))];
    }

    private string Replace(string token, List<Found> found)
    {
        found.Clear();
        pattern.Find(token, found);
        var text = new StringBuilder(token.Length);
        foreach (var part in found) text.Append(part.IsMatch ? content : token.AsSpan(part.Start, part.Length));
        return text.ToString();
    }
}

/// <summary>The replacement becomes a space; in the first token it is dropped unless the scheme is never.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropFirst) : IDecoder
{
    public List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => token.Replace(replacement, i == 0 && dropFirst ? "" : " ", StringComparison.Ordinal))];
}

internal sealed class WordPieceDecoder(string prefix, bool cleanup) : IDecoder
{
    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Join)];

    private string Join(string token, int index)
    {
        if (index > 0) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleanup ? CleanUp(token) : token;
    }

    public static string CleanUp(string text) => text.Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",")
        .Replace(" ' ", "'").Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" do not", " don't")
        .Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re");
}

internal sealed class BpeDecoder(string suffix) : IDecoder
{
    public List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => suffix.Length == 0 ? token : token.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}

/// <summary>Repeated tokens count once, pads vanish, the word delimiter becomes a space.</summary>
internal sealed class CtcDecoder(string pad, string delimiter, bool cleanup) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var output = new List<string>();
        string? last = null;
        foreach (string token in tokens)
        {
            if (token == last) continue;
            last = token;
            string text = pad.Length == 0 ? token : token.Replace(pad, "", StringComparison.Ordinal);
            if (cleanup) text = WordPieceDecoder.CleanUp(text);
            if (cleanup && delimiter.Length > 0) text = text.Replace(delimiter, " ", StringComparison.Ordinal);
            if (text.Length > 0) output.Add(text);
        }
        return output;
    }
}
