// Hand-written scanners for the pre-tokenizer patterns in common use: the same matches as the regular expressions, without backtracking.
namespace FastTune.Tokenizers.Patterns;

/// <summary>End of the match that begins at <paramref name="start"/>, or <paramref name="start"/> when none begins there.</summary>
internal delegate int ScanStep(ReadOnlySpan<char> text, int start);

/// <summary>A pattern given by its step: leftmost matches, one after the other.</summary>
internal sealed class Scanner(ScanStep step) : IPattern
{
    public void Find(ReadOnlySpan<char> text, List<Found> found)
    {
        int gap = 0, index = 0;
        while (index < text.Length)
        {
            int end = step(text, index);
            if (end == index)
            {
                Unicode.CodePoints.At(text, index, out int length);
                index += length;
                continue;
            }
            if (gap < index) found.Add(new Found(gap, index, false));
            found.Add(new Found(index, end, true));
            gap = index = end;
        }
        if (gap < text.Length) found.Add(new Found(gap, text.Length, false));
    }
}
