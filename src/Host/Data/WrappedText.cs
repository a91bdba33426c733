// Text in lines of bounded width, counted in terminal cells.
using System.Text;

namespace FastTune.Data;

/// <summary>Writes text as it comes and breaks a line before the letter that would not fit.</summary>
internal sealed class WrappedText(TextWriter output, int width)
{
    private const int TabStop = 4;
    private int _column;

    public void Write(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n')
            {
                output.WriteLine();
                _column = 0;
                continue;
            }
            string shown = rune.Value == '\t' ? new string(' ', TabStop) : rune.ToString();
            Place(shown, rune.Value == '\t' ? TabStop : Cells(rune));
        }
    }

    /// <summary>A mark: a visible one takes its room, a colour takes none.</summary>
    public void Mark(string mark, bool takesRoom)
    {
        if (takesRoom) Write(mark);
        else output.Write(mark);
    }

    public void End()
    {
        if (_column > 0) output.WriteLine();
        _column = 0;
    }

    private void Place(string shown, int cells)
    {
        if (_column + cells > width)
        {
            output.WriteLine();
            _column = 0;
        }
        output.Write(shown);
        _column += cells;
    }

    /// <summary>Cells that a terminal gives a letter: 2 for East Asian wide ones and emoji, 0 for marks that combine, else 1.</summary>
    private static int Cells(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark) return 0;
        return rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F1E6 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD)
            ? 2 : 1;
    }
}
