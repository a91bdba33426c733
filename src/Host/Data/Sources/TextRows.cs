// Rows of a text file: one a line, in column `text`; blank lines are rows too, as the reference has them.
using System.Text;
using System.Text.Json;

namespace FastTune.Data;

internal static class TextRows
{
    public static IEnumerable<JsonElement> Read(string path)
    {
        using var reader = TextFile.Open(path);
        var line = new StringBuilder();
        while (Line(reader, line))
        {
            string text = line.ToString();
            yield return RowWriter.Object(writer => writer.WriteString("text", text));
        }
    }

    /// <summary>The next line without its end (LF, CR LF or CR); false at the end of the file. Bounded, unlike the library's own.</summary>
    private static bool Line(StreamReader reader, StringBuilder line)
    {
        line.Clear();
        int letter = reader.Read();
        if (letter < 0) return false;
        for (; letter >= 0 && letter != '\n' && letter != '\r'; letter = reader.Read())
        {
            line.Append((char)letter);
            RowWriter.CheckLength(line.Length);
        }
        if (letter == '\r' && reader.Peek() == '\n') reader.Read();
        return true;
    }
}
