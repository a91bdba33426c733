// Which code points are the same letter to (?i:...): simple case folding with the extra members that ASCII letters have.
using System.Text;

namespace FastTune.Tokenizers.Regexes;

internal static class CaseFolding
{
    /// <summary>Other spellings of <paramref name="codePoint"/> that differ only by case.</summary>
    public static IEnumerable<int> Variants(int codePoint)
    {
        var rune = new Rune(codePoint);
        int lower = Rune.ToLowerInvariant(rune).Value, upper = Rune.ToUpperInvariant(rune).Value;
        if (codePoint == 0x17F) lower = 's';
        if (codePoint == 0x212A) lower = 'k';
        if (codePoint == 0x212B) lower = 0xE5;
        if (lower != codePoint) yield return lower;
        if (upper != codePoint) yield return upper;
        int folded = lower;
        int raised = Rune.ToUpperInvariant(new Rune(folded)).Value;
        if (raised != codePoint && raised != upper) yield return raised;
        if (folded == 's' && codePoint != 0x17F) yield return 0x17F;
        if (folded == 'k' && codePoint != 0x212A) yield return 0x212A;
        if (folded == 0xE5 && codePoint != 0x212B) yield return 0x212B;
    }
}
