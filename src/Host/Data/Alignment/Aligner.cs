// Brings the rows of any layout into the one form: the door to the three layouts.
using System.Text.Json;
using FastTune.Templates;
using FastTune.Templates.Values;

namespace FastTune.Data;

internal static class Aligner
{
    /// <summary>The row in the common form. A row that is only odd comes back without turns and with a reason.</summary>
    /// <exception cref="UserError">A cell of a kind that stops the run (golden/data/malformed.json); names file, row and column.</exception>
    public static AlignedRow Align(DatasetEntry entry, in SourceRow row) => entry.Layout switch
    {
        RowLayout.Alpaca => AlpacaRow.Align(entry, row),
        RowLayout.ShareGpt => TalkRow.Align(entry, row),
        _ => OpenAiRow.Align(entry, row),
    };

    /// <summary>Columns that must be present in some row of the dataset, with what they are for.</summary>
    public static IEnumerable<(string Use, string? Column)> Needed(DatasetEntry entry)
    {
        var columns = entry.Columns;
        if (entry.Layout == RowLayout.Alpaca)
        {
            yield return ("prompt", columns.Prompt);
            // Only the default name of the query may be absent: it is optional in meaning.
            if (!ReferenceEquals(columns, DatasetColumns.Default)) yield return ("query", columns.Query);
            yield return ("response", columns.Response);
            yield return ("history", columns.History);
        }
        else yield return ("messages", columns.Messages);
        yield return ("system", columns.System);
        yield return ("tools", columns.Tools);
        yield return ("kto_tag", columns.KtoTag);
        if (!entry.Ranking) yield break;
        yield return ("chosen", columns.Chosen);
        yield return ("rejected", columns.Rejected);
    }

    /// <summary>The tool list: JSON text as it stands, or a list or object of the data written as such; null where the cell is null.</summary>
    public static string? Tools(DatasetEntry entry, in SourceRow row)
    {
        string? column = entry.Columns.Tools;
        if (column is null) return "";
        if (row.Cell(column) is not { } cell) return null;
        if (cell.ValueKind is JsonValueKind.Array or JsonValueKind.Object) return Json(cell);
        string text = Cells.Text(cell, row.Origin, column);
        if (text.Length > 0 && PyJsonReader.TryRead(text) is null) throw Cells.Wrong(row.Origin, column, "is not the JSON text of a tool list");
        return text;
    }

    /// <summary>The system text; empty where there is no such column, null where the cell is null.</summary>
    public static string? System(DatasetEntry entry, in SourceRow row) => entry.Columns.System is null ? "" : row.TextCell(entry.Columns.System);

    /// <summary>The label of kto: a boolean, or 0 and 1; null where the cell is null or there is no such column.</summary>
    public static bool? Desired(DatasetEntry entry, in SourceRow row)
    {
        if (row.Cell(entry.Columns.KtoTag) is not { } cell) return null;
        return cell.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when cell.TryGetInt32(out int number) && number is 0 or 1 => cell.GetInt32() == 1,
            JsonValueKind.String when row.Origin.File.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) => CsvLabel(cell, row.Origin, entry.Columns.KtoTag!),
            _ => throw Cells.Wrong(row.Origin, entry.Columns.KtoTag!, $"holds {Cells.Kind(cell)}, expected true or false"),
        };
    }

    // A CSV cell has no type of its own: there the words stand for the values.
    private static bool CsvLabel(JsonElement cell, RowOrigin origin, string column) => cell.GetString() switch
    {
        "True" or "true" or "1" => true,
        "False" or "false" or "0" => false,
        _ => throw Cells.Wrong(origin, column, "expected true or false"),
    };

    /// <summary>The two answers of kto: an empty one stands in for the kind that the row has not.</summary>
    public static IReadOnlyList<Message> Feedback(Message answer, bool desired)
    {
        var empty = new Message(Role.Assistant, "");
        return desired ? [answer, empty] : [empty, answer];
    }

    /// <summary>JSON of the data in the form that Python's json.dumps without ASCII escapes gives it.</summary>
    public static string Json(JsonElement value) => PyJsonWriter.Write(PyJsonReader.Read(value.GetRawText()));
}
