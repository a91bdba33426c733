// Reading cells of a source row, with errors that name file, row and column.
using System.Text;
using System.Text.Json;

namespace FastTune.Data;

internal static class Cells
{
    /// <summary>The cell of a column, or null when the column is not named, absent or null.</summary>
    public static JsonElement? Cell(this in SourceRow row, string? column) =>
        column is not null && row.Value.TryGetProperty(column, out var cell) && cell.ValueKind != JsonValueKind.Null ? cell : null;

    /// <summary>The text of a column; null when absent or null.</summary>
    /// <exception cref="UserError">The cell holds something else than text.</exception>
    public static string? TextCell(this in SourceRow row, string? column) =>
        row.Cell(column) is { } cell ? Text(cell, row.Origin, column!) : null;

    public static string Text(JsonElement cell, RowOrigin origin, string column)
    {
        if (cell.ValueKind != JsonValueKind.String)
            throw Wrong(origin, column, $"holds {Kind(cell)}, expected text; put it in quotes or name another column");
        try
        {
            return cell.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return WithoutLoneSurrogates(cell, origin, column);
        }
    }

    public static UserError Wrong(RowOrigin origin, string column, string what) => new($"{origin}, column '{column}': {what}");

    public static string Kind(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Number => $"the number {cell.GetRawText()}",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => "text",
    };

    /// <summary>JSON may escape half a surrogate pair, which is no character: it is left out, as the reference does.</summary>
    private static string WithoutLoneSurrogates(JsonElement cell, RowOrigin origin, string column)
    {
        string raw = cell.GetRawText()[1..^1];
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }
            bool wide = raw[i + 1] == 'u';
            text.Append(wide ? (char)Convert.ToUInt16(raw.Substring(i + 2, 4), 16) : Simple(raw[i + 1]));
            i += wide ? 5 : 1;
        }
        if (text.ToString().Contains('\uFFFD')) throw Wrong(origin, column, "is not valid UTF-8; convert the file");
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ToString().EnumerateRunes())
            if (rune != Rune.ReplacementChar) clean.Append(rune);
        return clean.ToString();
    }

    private static char Simple(char escape) => escape switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => escape,
    };
}
