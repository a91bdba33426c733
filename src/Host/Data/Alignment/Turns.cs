// Conversations as lists of messages: what the sharegpt and openai layouts share.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Data;

/// <summary>A turn whose content may be missing, and what the message says about being trained.</summary>
internal readonly record struct Turn(Role Role, string? Content, bool? Trained);

internal static class Turns
{
    /// <summary>The messages of a row, or null when the cell is null.</summary>
    /// <exception cref="UserError">The cell is no list, or holds something else than objects.</exception>
    public static List<JsonElement>? Messages(DatasetEntry entry, in SourceRow row)
    {
        string column = entry.Columns.Messages ?? throw new UserError($"dataset '{entry.Name}': columns must name 'messages' for conversations");
        if (row.Cell(column) is not { } cell) return null;
        if (cell.ValueKind != JsonValueKind.Array) throw Cells.Wrong(row.Origin, column, $"holds {Cells.Kind(cell)}, expected a list of messages");
        var messages = cell.EnumerateArray().ToList();
        if (messages.Exists(message => message.ValueKind != JsonValueKind.Object))
            throw Cells.Wrong(row.Origin, column, "a message must be an object");
        return messages;
    }

    /// <summary>The role of a message, or null where its name is none of the tags.</summary>
    public static Role? RoleOf(JsonElement message, DatasetTags tags)
    {
        if (!message.TryGetProperty(tags.Role, out var cell) || cell.ValueKind != JsonValueKind.String) return null;
        return cell.GetString() switch
        {
            string name when name == tags.User => Role.User,
            string name when name == tags.Assistant => Role.Assistant,
            string name when name == tags.Observation => Role.Observation,
            string name when name == tags.Function => Role.Function,
            _ => null,
        };
    }

    /// <summary>Why a message has no role, for the warning.</summary>
    public static string NoRole(JsonElement message, int place, DatasetTags tags) =>
        message.TryGetProperty(tags.Role, out var role) && role.ValueKind == JsonValueKind.String
            ? $"message {place + 1} has the role '{Shortened(role.GetRawText())}', which is none of the tags"
            : $"message {place + 1} has no '{tags.Role}'";

    private static string Shortened(string raw) => raw.Length > 42 ? raw[1..41] + "…" : raw[1..^1];

    public static bool IsSystem(JsonElement message, DatasetTags tags) =>
        tags.System is not null && message.TryGetProperty(tags.Role, out var role)
        && role.ValueKind == JsonValueKind.String && role.GetString() == tags.System;

    /// <summary>The content of a message; null when absent or null.</summary>
    public static string? ContentOf(JsonElement message, DatasetTags tags, RowOrigin origin, string column) =>
        message.TryGetProperty(tags.Content, out var cell) && cell.ValueKind != JsonValueKind.Null ? Cells.Text(cell, origin, column) : null;

    /// <summary>What a message's own <c>loss</c> (a boolean) or <c>weight</c> (0 or 1) says; null when it says nothing.</summary>
    public static bool? TrainedOf(JsonElement message, RowOrigin origin, string column)
    {
        foreach (string key in (ReadOnlySpan<string>)["loss", "weight"])
        {
            if (!message.TryGetProperty(key, out var cell) || cell.ValueKind == JsonValueKind.Null) continue;
            if (cell.ValueKind is JsonValueKind.True or JsonValueKind.False) return cell.ValueKind == JsonValueKind.True;
            if (cell.ValueKind == JsonValueKind.Number && cell.TryGetDouble(out double weight) && weight is 0 or 1) return cell.GetDouble() == 1;
            throw Cells.Wrong(origin, column, $"a message's {key} must be true, false, 0 or 1");
        }
        return null;
    }

    /// <summary>Why these turns cannot be used, or null: questions and answers must alternate and end with an answer (ranking: with the
    /// question that both answers follow).</summary>
    public static string? Fault(List<Turn> turns, bool ranking)
    {
        for (int i = 0; i < turns.Count; i++)
        {
            bool asks = turns[i].Role is Role.User or Role.Observation;
            if (asks != (i % 2 == 0)) return $"message {i + 1} is out of turn";
        }
        if (turns.Count % 2 == (ranking ? 1 : 0)) return turns.Count == 0 ? "has no turns" : null;
        return ranking ? "must end with a question, before the two answers" : "does not end with an answer";
    }

    /// <summary>The row of checked turns: the last one is the answer, or chosen and rejected are.</summary>
    public static AlignedRow Row(DatasetEntry entry, in SourceRow row, List<Turn> turns, string? system, string? tools)
    {
        var messages = turns.ConvertAll(turn => new Message(turn.Role, turn.Content!));
        bool? desired = Aligner.Desired(entry, row);
        IReadOnlyList<Message> prompt = messages.Count == 0 ? [] : messages[..^1], response = messages.Count == 0 ? [] : [messages[^1]];
        string? fault = null;
        if (desired is bool wanted && messages.Count > 0) response = Aligner.Feedback(messages[^1], wanted);
        else if (entry.Ranking && Answer(entry, row, entry.Columns.Chosen, ref fault) is { } chosen
            && Answer(entry, row, entry.Columns.Rejected, ref fault) is { } rejected)
            (prompt, response) = (messages, [chosen, rejected]);
        if (fault is not null) return Emptied(entry, row, system, tools, fault);
        return new AlignedRow(prompt, response, system, tools, row.Origin, entry.Columns.Messages!)
        {
            Desired = desired,
            Trained = turns.Exists(turn => turn.Trained is not null) ? turns.ConvertAll(turn => turn.Trained) : null,
        };
    }

    public static AlignedRow Emptied(DatasetEntry entry, in SourceRow row, string? system, string? tools, string fault) =>
        new([], [], system, tools, row.Origin, entry.Columns.Messages!) { Fault = fault };

    /// <summary>A chosen or rejected answer: an object, or a list of one; null otherwise.</summary>
    private static Message? Answer(DatasetEntry entry, in SourceRow row, string? column, ref string? fault)
    {
        if (row.Cell(column) is not { } cell) return null;
        if (cell.ValueKind == JsonValueKind.Array && cell.GetArrayLength() == 1) cell = cell[0];
        if (cell.ValueKind != JsonValueKind.Object)
            throw Cells.Wrong(row.Origin, column!, $"holds {Cells.Kind(cell)}, expected one message");
        if (RoleOf(cell, entry.Tags) is not (Role.Assistant or Role.Function) and var role)
        {
            fault = $"column '{column}' is no answer ({(role is null ? "unknown role" : "a question's role")})";
            return null;
        }
        string content = ContentOf(cell, entry.Tags, row.Origin, column!) ?? throw Cells.Wrong(row.Origin, column!, "has no text");
        return new Message(RoleOf(cell, entry.Tags)!.Value, content);
    }
}
