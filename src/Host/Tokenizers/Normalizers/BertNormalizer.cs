// BERT's normalizer: controls dropped, white space made plain, CJK characters spaced out, accents and case removed.
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Normalizers;

internal sealed class BertNormalizer(bool cleanText, bool handleChinese, bool stripAccents, bool lowercase) : INormalizer
{
    private readonly FormNormalizer decompose = new(compose: false, compatibility: false);
    private readonly LowercaseNormalizer lower = new();

    public AlignedText Normalize(AlignedText text)
    {
        if (cleanText) text = Clean(text);
        if (handleChinese) text = SpaceOut(text);
        if (stripAccents) text = decompose.Normalize(text).Filter(c => !IsNonSpacingMark(c));
        return lowercase ? lower.Normalize(text) : text;
    }

    private static AlignedText Clean(AlignedText text)
    {
        var kept = text.Filter(c => !(c is 0 or 0xFFFD || IsControl(c)));
        return kept.With([.. kept.Text.EnumerateRunes().Select(r => new Change(CodePoints.IsWhite(r.Value) ? ' ' : r.Value, 0))]);
    }

    private static AlignedText SpaceOut(AlignedText text)
    {
        var changes = new List<Change>(text.Text.Length);
        foreach (var rune in text.Text.EnumerateRunes())
        {
            if (!IsChinese(rune.Value))
            {
                changes.Add(new Change(rune.Value, 0));
                continue;
            }
            changes.Add(new Change(' ', 0));
            changes.Add(new Change(rune.Value, 1));
            changes.Add(new Change(' ', 1));
        }
        return text.With(changes);
    }

    // Controls, formats and private use as of Unicode 8; unassigned code points stay.
    private static bool IsControl(int c)
    {
        if (c is '\t' or '\n' or '\r') return false;
        if (c is < 0x20 or >= 0x7F and <= 0x9F) return true;
        uint kind = CodePoints.Kind(c);
        if ((kind & 1u << 17) != 0) return true;
        return (kind & 1u << 15) != 0 && Scripts.InUnicode9(c) && c is not 0x8E2;
    }

    private static bool IsNonSpacingMark(int c) =>
        (CodePoints.Kind(c) & CodePoints.NonSpacingMark) != 0 && Scripts.InUnicode9(c);

    private static bool IsChinese(int c) => c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF
        or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F
        or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
