// The four normalization forms (UAX 15), as changes to a text that keep track of what replaced what.
namespace FastTune.Tokenizers.Unicode;

/// <summary>One code point of a changed text. Change 0: it replaces the next old one; 1: it is inserted;
/// -n: it replaces the next old one and n more are removed.</summary>
internal readonly record struct Change(int CodePoint, int Shift);

internal static class Normalization
{
    /// <summary>The text in NFC. Nothing is allocated when it already is.</summary>
    public static string Nfc(string text)
    {
        var table = NormalizationTable.Instance;
        int index = 0;
        while (index < text.Length && (text[index] < '\u0300' || !table.MayChangeNfc(text[index]))) index++;
        if (index == text.Length) return text;
        var builder = new System.Text.StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var change in Changes(text, compose: true, compatibility: false))
            builder.Append(units[..new System.Text.Rune(change.CodePoint).EncodeToUtf16(units)]);
        return builder.ToString();
    }

    public static List<Change> Changes(string text, bool compose, bool compatibility)
    {
        var decomposed = Decompose(text, compatibility);
        return compose ? Compose(decomposed) : decomposed;
    }

    private static List<Change> Decompose(string text, bool compatibility)
    {
        var table = NormalizationTable.Instance;
        var output = new List<Change>(text.Length);
        var parts = new List<int>();
        int pending = 0;
        for (int i = 0; i < text.Length;)
        {
            parts.Clear();
            table.Decompose(CodePoints.At(text, i, out int length), compatibility, parts);
            i += length;
            for (int p = 0; p < parts.Count; p++)
            {
                if (table.CombiningClass(parts[p]) == 0)
                {
                    Sort(output, pending, table);
                    pending = output.Count + 1;
                }
                output.Add(new Change(parts[p], p == 0 ? 0 : 1));
            }
        }
        Sort(output, pending, table);
        return output;
    }

    /// <summary>Orders a run of combining marks by class; equal classes keep their order.</summary>
    private static void Sort(List<Change> output, int from, NormalizationTable table)
    {
        if (output.Count - from < 2) return;
        var sorted = output.GetRange(from, output.Count - from).OrderBy(c => table.CombiningClass(c.CodePoint)).ToList();
        for (int i = 0; i < sorted.Count; i++) output[from + i] = sorted[i];
    }

    private static List<Change> Compose(List<Change> decomposed)
    {
        var table = NormalizationTable.Instance;
        var output = new List<Change>(decomposed.Count);
        int starter = -1, lastClass = -1;
        foreach (var change in decomposed)
        {
            int combining = table.CombiningClass(change.CodePoint);
            if (starter >= 0 && lastClass < combining)
            {
                int composed = table.Compose(output[starter].CodePoint, change.CodePoint);
                if (composed >= 0)
                {
                    output[starter] = new Change(composed, output[starter].Shift + change.Shift - 1);
                    continue;
                }
            }
            output.Add(change);
            if (combining == 0) (starter, lastClass) = (output.Count - 1, -1);
            else if (starter >= 0) lastClass = combining;
        }
        return output;
    }
}
