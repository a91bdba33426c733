// Rows in the sharegpt layout: a list of messages with roles, questions and answers in turn.
namespace FastTune.Data;

internal static class TalkRow
{
    public static AlignedRow Align(DatasetEntry entry, in SourceRow row)
    {
        string? tools = Aligner.Tools(entry, row), system = Aligner.System(entry, row);
        if (Turns.Messages(entry, row) is not { } messages) return Turns.Emptied(entry, row, system, tools, "has no conversation");
        string column = entry.Columns.Messages!;
        var tags = entry.Tags;
        if (messages.Count > 0 && Turns.IsSystem(messages[0], tags))
        {
            // A first message of the system wins over the system column.
            system = Turns.ContentOf(messages[0], tags, row.Origin, column) ?? throw Cells.Wrong(row.Origin, column, "the system message has no text");
            messages.RemoveAt(0);
        }
        var turns = new List<Turn>(messages.Count);
        for (int i = 0; i < messages.Count; i++)
        {
            if (Turns.RoleOf(messages[i], tags) is not { } role)
                return Turns.Emptied(entry, row, system, tools, Turns.NoRole(messages[i], i, tags));
            turns.Add(new Turn(role, null, null));
        }
        if (Turns.Fault(turns, entry.Ranking) is { } fault) return Turns.Emptied(entry, row, system, tools, fault);
        for (int i = 0; i < turns.Count; i++)
        {
            string content = Turns.ContentOf(messages[i], tags, row.Origin, column)
                ?? throw Cells.Wrong(row.Origin, column, $"message {i + 1} has no text in '{tags.Content}'");
            turns[i] = turns[i] with { Content = content, Trained = Turns.TrainedOf(messages[i], row.Origin, column) };
        }
        return Turns.Row(entry, row, turns, system, tools);
    }
}
