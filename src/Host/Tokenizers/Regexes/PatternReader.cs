// Reads a regular expression code point by code point.
namespace FastTune.Tokenizers.Regexes;

internal ref struct PatternReader(string source)
{
    private int position;

    public readonly bool AtEnd => position >= source.Length;

    /// <summary>The next code point, not consumed; -1 at the end.</summary>
    public readonly int Peek => AtEnd ? -1 : Unicode.CodePoints.At(source, position, out _);

    public int Next()
    {
        if (AtEnd) throw Error("nothing where something must follow");
        int c = Unicode.CodePoints.At(source, position, out int length);
        position += length;
        return c;
    }

    public bool Take(char expected)
    {
        if (Peek != expected) return false;
        position++;
        return true;
    }

    public bool Take(string expected)
    {
        if (!source.AsSpan(position).StartsWith(expected, StringComparison.Ordinal)) return false;
        position += expected.Length;
        return true;
    }

    public bool TakeAny(string choices, out char taken)
    {
        taken = AtEnd ? '\0' : source[position];
        if (AtEnd || !choices.Contains(taken)) return false;
        position++;
        return true;
    }

    /// <summary>{n}, {n,}, {,m} or {n,m} in .NET's spelling; anything else in braces is literal text.</summary>
    public bool TakeInterval(out string interval, out bool exact)
    {
        (interval, exact) = ("", false);
        int end = AtEnd || source[position] != '{' ? -1 : source.IndexOf('}', position);
        if (end < 0) return false;
        string[] bounds = source[(position + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.All(b => b.Length == 0) || !bounds.All(b => b.Length <= 6 && b.All(char.IsAsciiDigit))) return false;
        exact = bounds.Length == 1;
        interval = exact ? $"{{{bounds[0]}}}" : $"{{{(bounds[0].Length == 0 ? "0" : bounds[0])},{bounds[1]}}}";
        position = end + 1;
        return true;
    }

    /// <summary>Up to <paramref name="most"/> hexadecimal digits as a code point.</summary>
    public int TakeHex(int least, int most)
    {
        int from = position;
        while (!AtEnd && position - from < most && char.IsAsciiHexDigit(source[position])) position++;
        if (position - from < least) throw Error("an incomplete character code");
        int value = Convert.ToInt32(source[from..position], 16);
        return value is <= Unicode.CodePoints.Last and (< 0xD800 or > 0xDFFF) ? value : throw Error("a character code that is no character");
    }

    /// <summary>Text up to <paramref name="end"/>, which is consumed too.</summary>
    public string TakeUntil(string end)
    {
        int at = source.IndexOf(end, position, StringComparison.Ordinal);
        if (at < 0) throw Error($"a missing {end}");
        string text = source[position..at];
        position = at + end.Length;
        return text;
    }

    public readonly UserError Error(string what) =>
        new($"tokenizer pattern '{(source.Length <= 60 ? source : source[..57] + "...")}' has {what} at character {position}: correct the pattern in tokenizer.json");
}
