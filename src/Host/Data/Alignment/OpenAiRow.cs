// Rows in the openai layout: messages with tool calls as objects and tool results one a message.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Data;

internal static class OpenAiRow
{
    // What the reference puts into every system text of this layout; a habit of one model family, kept because its ids are the standard.
    private const string Thinking = "detailed thinking off";
    private const string BetweenResults = "\n</tool_response>\n<tool_response>\n";

    public static AlignedRow Align(DatasetEntry entry, in SourceRow row)
    {
        string? tools = Aligner.Tools(entry, row), system = Aligner.System(entry, row);
        if (Turns.Messages(entry, row) is not { } messages) return Turns.Emptied(entry, row, system, tools, "has no conversation");
        var tags = entry.Tags;
        if (messages.Count > 0 && Turns.IsSystem(messages[0], tags))
        {
            system = Turns.ContentOf(messages[0], tags, row.Origin, entry.Columns.Messages!);
            messages.RemoveAt(0);
        }
        system = SystemText(system, tools);
        var turns = Read(entry, row, messages, out string? fault);
        fault ??= Turns.Fault(turns, entry.Ranking);
        return fault is null ? Turns.Row(entry, row, turns, system, tools) : Turns.Emptied(entry, row, system, tools, fault);
    }

    private static string? SystemText(string? system, string? tools)
    {
        bool withTools = !string.IsNullOrEmpty(tools);
        if (string.IsNullOrEmpty(system)) return withTools ? system : Thinking;
        if (withTools) return system + "\n";
        return system.Contains("detailed thinking on", StringComparison.Ordinal) || system.Contains(Thinking, StringComparison.Ordinal)
            ? system : $"{system}\n{Thinking}";
    }

    private static List<Turn> Read(DatasetEntry entry, in SourceRow row, List<JsonElement> messages, out string? fault)
    {
        var turns = new List<Turn>(messages.Count);
        var results = new List<string>();
        fault = null;
        for (int i = 0; i < messages.Count; i++)
        {
            var role = Turns.RoleOf(messages[i], entry.Tags);
            if (role is null) fault = Turns.NoRole(messages[i], i, entry.Tags);
            string? content = fault is null ? Content(entry, row, messages[i], ref role) : null;
            if (content is null) fault ??= $"message {i + 1} has no text";
            if (fault is not null) return turns;
            if (role == Role.Observation)
            {
                results.Add(content!);
                continue;
            }
            Flush(turns, results);
            turns.Add(new Turn(role!.Value, content, Turns.TrainedOf(messages[i], row.Origin, entry.Columns.Messages!)));
        }
        // Results at the end answer nothing and are lost, as in the reference.
        return turns;
    }

    /// <summary>Results of calls made together are one turn.</summary>
    private static void Flush(List<Turn> turns, List<string> results)
    {
        if (results.Count == 0) return;
        turns.Add(new Turn(Role.Observation, string.Join(BetweenResults, results), null));
        results.Clear();
    }

    private static string? Content(DatasetEntry entry, in SourceRow row, JsonElement message, ref Role? role)
    {
        string column = entry.Columns.Messages!;
        string? text = Turns.ContentOf(message, entry.Tags, row.Origin, column);
        bool answers = role is Role.Assistant or Role.Function;
        if (!answers || !message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array || calls.GetArrayLength() == 0)
            return text;
        role = Role.Function;
        var functions = new List<string>();
        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("function", out var function))
                throw Cells.Wrong(row.Origin, column, "a tool call must be an object with 'function'");
            functions.Add(Aligner.Json(function));
        }
        string json = $"[{string.Join(", ", functions)}]";
        return string.IsNullOrEmpty(text) ? json : $"{text}<tool_call>{json}</tool_call>";
    }
}
