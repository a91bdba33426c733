// Rows with one column a part: instruction, input, output, history, or chosen and rejected.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Data;

internal static class AlpacaRow
{
    public static AlignedRow Align(DatasetEntry entry, in SourceRow row)
    {
        var columns = entry.Columns;
        string? first = row.TextCell(columns.Prompt), second = row.TextCell(columns.Query);
        // An input without an instruction stands alone; an empty part adds no line.
        string question = string.Join('\n', new[] { first, second }.Where(text => !string.IsNullOrEmpty(text)));
        var prompt = History(row, columns.History);
        prompt.Add(new Message(Role.User, question));
        bool? desired = Aligner.Desired(entry, row);
        return new AlignedRow(prompt, Response(entry, row, desired), Aligner.System(entry, row), Aligner.Tools(entry, row), row.Origin, columns.Prompt ?? "prompt")
        {
            Desired = desired,
            NoText = first is null && second is null,
        };
    }

    private static List<Message> History(in SourceRow row, string? column)
    {
        var turns = new List<Message>();
        // Anything but a list counts as no history.
        if (row.Cell(column) is not { ValueKind: JsonValueKind.Array } history) return turns;
        foreach (var pair in history.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2)
                throw Cells.Wrong(row.Origin, column!, "must be a list of pairs of question and answer");
            turns.Add(new Message(Role.User, Cells.Text(pair[0], row.Origin, column!)));
            turns.Add(new Message(Role.Assistant, Cells.Text(pair[1], row.Origin, column!)));
        }
        return turns;
    }

    private static IReadOnlyList<Message> Response(DatasetEntry entry, in SourceRow row, bool? desired)
    {
        var columns = entry.Columns;
        if (desired is bool wanted)
            return row.TextCell(columns.Response) is string answer ? Aligner.Feedback(new Message(Role.Assistant, answer), wanted) : [];
        if (entry.Ranking && row.TextCell(columns.Chosen) is string chosen && row.TextCell(columns.Rejected) is string rejected)
            return [new Message(Role.Assistant, chosen), new Message(Role.Assistant, rejected)];
        return row.TextCell(columns.Response) is string text ? [new Message(Role.Assistant, text)] : [];
    }
}
