// Golden area: validation.json (rules across arguments: a probe on top of a base configuration → refused, or derived values).
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FastTune.Config;

namespace FastTune.Parity;

internal sealed partial class Validation : IArea
{
    public string Name => "validation";

    public IEnumerable<Case> Find(string path, ParityOptions options) =>
        from document in JsonFiles.At(path)
        where document.Root.TryGetProperty("base", out _)
        from item in JsonFiles.List(document.Root, "rules", "id", "where", "kind", "probe")
        where item.GetProperty("probe").ValueKind == JsonValueKind.Object
        select new Case(item.GetProperty("id").GetString()!, () => Check(document.File, document.Root.GetProperty("base"), item, options));

    private static Verdict Check(string file, JsonElement common, JsonElement item, ParityOptions options)
    {
        var probe = item.GetProperty("probe");
        string output = Path.Combine(options.Scratch, item.GetProperty("id").GetString()!);
        string sources = Path.Combine(Path.GetDirectoryName(file)!, "sources");
        Arrange(probe, output);
        var places = new Dictionary<string, string> { ["MODEL"] = "model", ["SOURCES"] = sources, ["OUTPUT"] = output };
        string recipe = Merge(common, probe, places).ToJsonString();
        Settings settings;
        try
        {
            var raw = RawRecipe.ParseFile("probe.json", recipe);
            // The reference ran where only fp32 is computed.
            settings = RecipeReader.Check(PurposeOf(probe), raw, "probe.json", DeviceTypes.Fp32);
            ValidationRooms.Check(probe, RecipeReader.Build(settings, raw, "probe.json"), file, output);
        }
        catch (UserError error)
        {
            return Refusal(item) ? Verdict.Pass(detail: error.Message) : Verdict.Fail(error.Message);
        }
        if (Refusal(item)) return Verdict.Fail("accepted, should be refused");
        return item.GetProperty("outcome").TryGetProperty("values", out var values) ? Values(values, settings, places) : Verdict.Pass();
    }

    /// <summary>What the reference does not check is an error here: the file says so.</summary>
    private static bool Refusal(JsonElement item) =>
        item.GetProperty("kind").GetString() == "not checked" || item.GetProperty("outcome").TryGetProperty("error", out _);

    private static Purpose PurposeOf(JsonElement probe) => probe.TryGetProperty("_entry", out var entry) switch
    {
        false => Purpose.Train,
        true when entry.GetString() == "infer" => probe.TryGetProperty("export_dir", out _) ? Purpose.Export : Purpose.Infer,
        true when entry.GetString() == "eval" => Purpose.Evaluate,
        _ => throw new NotSupportedException($"no {entry} verb yet"),
    };

    private static void Arrange(JsonElement probe, string output)
    {
        if (probe.TryGetProperty("_checkpoint_output", out _)) Directory.CreateDirectory(Path.Combine(output, "checkpoint-20"));
        if (!probe.TryGetProperty("_finished_output", out _)) return;
        Directory.CreateDirectory(output);
        File.WriteAllText(Path.Combine(output, "adapter_model.safetensors"), "");
    }

    private static JsonObject Merge(JsonElement common, JsonElement probe, Dictionary<string, string> places)
    {
        var merged = new JsonObject();
        var table = KeyTable.For(PurposeOf(probe));
        foreach (var item in common.EnumerateObject())
        {
            if (table.ContainsKey(item.Name)) merged[item.Name] = JsonNode.Parse(item.Value.GetRawText());
        }
        foreach (var item in probe.EnumerateObject().Where(item => item.Name[0] != '_')) merged[item.Name] = JsonNode.Parse(item.Value.GetRawText());
        if (probe.TryGetProperty("_remove", out var removed))
        {
            foreach (var name in removed.EnumerateArray()) merged.Remove(name.GetString()!);
        }
        foreach (string name in merged.Select(pair => pair.Key).ToArray())
        {
            if (merged[name] is JsonValue value && value.TryGetValue(out string? text) && places.TryGetValue(text, out string? place)) merged[name] = place;
        }
        return merged;
    }

    private static Verdict Values(JsonElement expected, Settings settings, Dictionary<string, string> places)
    {
        foreach (var item in expected.EnumerateObject())
        {
            string wanted = places.Aggregate(Plain(item.Value), (text, place) => text.Replace(place.Key, place.Value));
            string got = Plain(JsonSerializer.SerializeToElement(settings.Value(item.Name)));
            if (wanted != got) return Verdict.Fail($"{item.Name} is {got}, expected {wanted}");
        }
        return Verdict.Pass();
    }

    /// <summary>Values as text, objects as Python shows them; torch's names lose their module, its devices their type.</summary>
    private static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TorchDevice().Replace(value.GetString()!.Replace("torch.", ""), "$1"),
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(item => $"'{item.Name}': '{Plain(item.Value)}'"))}}}",
        _ => value.GetRawText(),
    };

    [GeneratedRegex(@"device\(type=('\w+')\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TorchDevice();
}
