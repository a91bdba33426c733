// The normalizers that map, drop, replace or add characters one by one.
using System.Text;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Normalizers;

/// <summary>Lower case by code point: no context (a final sigma stays σ); only U+0130 becomes two code points.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        var changes = new List<Change>(text.Text.Length);
        foreach (var rune in text.Text.EnumerateRunes())
        {
            if (rune.Value == 0x130)
            {
                changes.Add(new Change('i', 0));
                changes.Add(new Change(0x307, 1));
            }
            else changes.Add(new Change(Lower(rune.Value), 0));
        }
        return text.With(changes);
    }

    // The reference's table is Unicode 17; these pairs are not yet in .NET 10's.
    private static int Lower(int codePoint) => codePoint switch
    {
        0xA7CE or 0xA7D2 or 0xA7D4 => codePoint + 1,
        >= 0x16EA0 and <= 0x16EB8 => codePoint + 0x1B,
        _ => Rune.ToLowerInvariant(new Rune(codePoint)).Value,
    };
}

internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        string value = text.Text;
        int first = 0, last = value.Length;
        while (left && first < last && CodePoints.IsWhite(value[first])) first++;
        while (right && last > first && CodePoints.IsWhite(value[last - 1])) last--;
        return first == 0 && last == value.Length ? text : text.Slice(first, last) with { First = text.First, Last = text.Last };
    }
}

/// <summary>Drops combining marks (those of Unicode 9).</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text) => text.Filter(c => !IsMark(c));

    private static bool IsMark(int c) =>
        ((CodePoints.Kind(c) & CodePoints.Mark) != 0 && Scripts.InUnicode9(c) && c != 0x111C9) || c is 0x1CF2 or 0x1CF3;
}

internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public AlignedText Normalize(AlignedText text) => text.Replace(pattern, content);
}

internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public AlignedText Normalize(AlignedText text) => text.Prepend(prefix);
}

/// <summary>SentencePiece's nmt rules: controls dropped, unusual spaces made plain.</summary>
internal sealed class NmtNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        var kept = text.Filter(c => c is not (>= 1 and <= 8 or 0xB or >= 0xE and <= 0x1F or 0x7F or 0x8F or 0x9F));
        return kept.With([.. kept.Text.EnumerateRunes().Select(r => new Change(Space(r.Value) ? ' ' : r.Value, 0))]);
    }

    private static bool Space(int c) =>
        c is 0x9 or 0xA or 0xC or 0xD or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
}

/// <summary>Every UTF-8 byte becomes its character of the byte-level alphabet.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        var changes = new List<Change>(text.Text.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.Text.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++) changes.Add(new Change(ByteAlphabet.Character(bytes[i]), i == 0 ? 0 : 1));
        }
        return text.With(changes);
    }
}
