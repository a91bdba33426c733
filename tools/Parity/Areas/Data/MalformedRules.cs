// What must happen where the reference is wrong on a malformed dataset: each sentence of `right` as a check.
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FastTune.Data;

namespace FastTune.Parity.Data;

internal static class MalformedRules
{
    private delegate string? Rule(MalformedCase of, Outcome outcome);

    private static readonly (string Begins, Rule Rule)[] Rules =
    [
        ("stop with one line", Stops),
        ("warn, naming file and row", LeavesOut),
        ("drop the row before", SameAsWithoutDropped),
        ("shift among kept rows", SameAsWithoutDropped),
        ("an absent default column", (of, outcome) => Same(outcome, of.Run(of.Content, """{"columns": {"prompt": "instruction", "response": "output"}}"""))),
        ("read it as columns", (of, outcome) => outcome.Error is null ? "rows instead of an error" : Names(of, outcome.Error)),
        ("skip the mark", (of, outcome) => Same(outcome, of.Run(of.Content.TrimStart('\uFEFF')))),
        ("the cell text", CellsAreText),
        ("they are text", CellsAreText),
        ("a choice to be documented", (of, outcome) => Golden(of, outcome)),
        ("a list is taken as it is", (of, outcome) => Same(outcome, of.Run(Changed(of.Content, AsText("tools"))))),
        ("each row keeps exactly its own tools", (of, outcome) => Same(outcome, of.Run(Changed(of.Content, AsText("tools"))))),
        ("each call keeps", (of, outcome) => Same(outcome, of.Run(Changed(of.Content, AsText("arguments"))))),
        ("keep the text in front", KeepsText),
        ("take the element", (of, outcome) => Same(outcome, of.Run(Changed(of.Content, Element)))),
        ("0 and 1 are", (of, outcome) => Same(outcome, of.Run(Changed(of.Content, AsBoolean)))),
        ("keep the label", KeepsLabel),
    ];

    public static Verdict Check(MalformedCase of, Outcome outcome)
    {
        string right = of.Golden.Text("right");
        var rule = Array.Find(Rules, rule => right.StartsWith(rule.Begins, StringComparison.Ordinal)).Rule;
        if (rule is null) return Verdict.Fail($"no check for: {right}");
        return rule(of, outcome) is { } difference ? Verdict.Fail(difference) : Verdict.Pass(detail: outcome.Error ?? outcome.Warnings.FirstOrDefault() ?? "");
    }

    private static string? Stops(MalformedCase of, Outcome outcome) =>
        outcome.Error is null ? "no error" : Names(of, outcome.Error) ?? (Regex.IsMatch(outcome.Error, @"row \d+.*column '") ? null : $"names no row and column: {outcome.Error}");

    private static string? Names(MalformedCase of, string line) =>
        line.Contains(of.FileName, StringComparison.Ordinal) && !line.Contains('\n') ? null : $"not one line with the file's name: {line}";

    private static string? LeavesOut(MalformedCase of, Outcome outcome)
    {
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        if (!outcome.Warnings.Any(line => line.Contains($"{of.FileName}, row ", StringComparison.Ordinal))) return "no warning names file and row";
        return SameAsWithoutDropped(of, outcome);
    }

    /// <summary>The rows must be those of the content without the rows that the warnings say are left out.</summary>
    private static string? SameAsWithoutDropped(MalformedCase of, Outcome outcome)
    {
        var dropped = outcome.Warnings.Select(line => Regex.Match(line, @"row (\d+) is left out")).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value) - 1).ToHashSet();
        if (dropped.Count == 0) return "no row is left out";
        var rows = JsonNode.Parse(of.Content)!.AsArray();
        var kept = new JsonArray(rows.Where((_, i) => !dropped.Contains(i)).Select(row => row!.DeepClone()).ToArray());
        return Same(outcome, of.Run(kept.ToJsonString()));
    }

    private static string? Same(Outcome outcome, Outcome other)
    {
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        if (other.Error is not null) return $"the plain form stopped: {other.Error}";
        if (outcome.Rows.Count != other.Rows.Count) return $"{outcome.Rows.Count} rows, {other.Rows.Count} in the plain form";
        for (int i = 0; i < outcome.Rows.Count; i++)
        {
            var (a, b) = (outcome.Rows[i], other.Rows[i]);
            bool same = a.InputIds.SequenceEqual(b.InputIds) && a.Labels.SequenceEqual(b.Labels) && a.Desired == b.Desired
                && (a.OtherIds ?? []).SequenceEqual(b.OtherIds ?? []) && (a.OtherLabels ?? []).SequenceEqual(b.OtherLabels ?? []);
            if (!same) return $"row {i} differs from the plain form";
        }
        return null;
    }

    private static string? Golden(MalformedCase of, Outcome outcome)
    {
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        var verdict = TokenisedRows.Compare(of.Golden.GetProperty("rows").EnumerateArray().ToList(), outcome.Rows, of.Kind);
        return verdict.Passed ? null : verdict.Detail;
    }

    /// <summary>Every row of the file is there, its answer the text of the last cell.</summary>
    private static string? CellsAreText(MalformedCase of, Outcome outcome)
    {
        var want = of.Content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[^1]).ToList();
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        var got = outcome.Aligned.Select(row => row.Response.Count == 1 ? row.Response[0].Content : null);
        return got.SequenceEqual(want) && outcome.Rows.Count == want.Count ? null : $"answers are {string.Join('|', got)}";
    }

    private static string? KeepsText(MalformedCase of, Outcome outcome)
    {
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        foreach (var message in JsonNode.Parse(of.Content)!.AsArray().SelectMany(row => row!["messages"]!.AsArray()))
        {
            if (message!["tool_calls"] is null || (string?)message["content"] is not { Length: > 0 } text) continue;
            var calls = outcome.Aligned.SelectMany(row => row.Prompt.Concat(row.Response)).Where(turn => turn.Content.StartsWith(text, StringComparison.Ordinal));
            if (!calls.Any(turn => turn.Content.Length > text.Length)) return $"'{text}' does not stand before its calls";
        }
        var reference = of.Golden.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("input_ids").GetArrayLength()).Sum();
        return outcome.Rows.Sum(row => row.InputIds.Length) > reference ? null : "the text adds no tokens";
    }

    private static string? KeepsLabel(MalformedCase of, Outcome outcome)
    {
        if (outcome.Error is not null) return $"stopped: {outcome.Error}";
        var labels = JsonNode.Parse(of.Content)!.AsArray().Select(row => (bool)row!["label"]!);
        return labels.SequenceEqual(outcome.Rows.Select(row => row.Desired)) ? null : "labels differ";
    }

    private static string Changed(string content, Func<string, JsonNode?, JsonNode?> change) => Change("", JsonNode.Parse(content), change)!.ToJsonString();

    private static JsonNode? Change(string key, JsonNode? node, Func<string, JsonNode?, JsonNode?> change)
    {
        var changed = change(key, node);
        if (!ReferenceEquals(changed, node)) return changed;
        return node switch
        {
            JsonObject map => new JsonObject(map.Select(item => KeyValuePair.Create(item.Key, Change(item.Key, item.Value, change)))),
            JsonArray list => new JsonArray(list.Select(item => Change("", item, change)).ToArray()),
            _ => node?.DeepClone(),
        };
    }

    private static Func<string, JsonNode?, JsonNode?> AsText(string name) => (key, node) =>
        key == name && node is (JsonObject or JsonArray) ? JsonValue.Create(Aligner.Json(JsonSerializer.SerializeToElement(node))) : node;

    private static JsonNode? Element(string key, JsonNode? node) =>
        key is "chosen" or "rejected" && node is JsonArray { Count: 1 } list ? list[0]!.DeepClone() : node;

    private static JsonNode? AsBoolean(string key, JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? JsonValue.Create((int)value! == 1) : node;
}
