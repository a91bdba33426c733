// Parity for chat templates in Jinja: rendered conversations, small language cases, continued messages.
using System.Text.Json;
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;

namespace FastTune.Parity;

internal sealed class JinjaArea : IArea
{
    // The clock of the goldens.
    private static readonly DateTime Now = new(2025, 3, 9, 8, 5, 7);

    public string Name => "jinja";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
        IEnumerable<string> files = folder == path ? Directory.EnumerateFiles(path, "*.jsonl").Order(StringComparer.Ordinal) : [path];
        foreach (string file in files.Where(file => file.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            var first = GoldenJson.Lines(file).FirstOrDefault();
            if (first.Find("context") is { } context && first.Find("template") is null)
                foreach (var found in Language(file, context)) yield return found;
            else if (Directory.Exists(Path.Combine(folder, "templates")) && first.Find("template") is not null)
                foreach (var found in Chats(file, folder)) yield return found;
        }
    }

    private static IEnumerable<Case> Language(string file, JsonElement context)
    {
        string json = context.GetRawText();
        foreach (var item in GoldenJson.Lines(file).Skip(1))
            yield return new Case($"{Path.GetFileNameWithoutExtension(file)}/{item.Text("id")}", () =>
                Compare(item, "expected", () => JinjaTemplate.Parse(item.Text("template")!).Render(LanguageVariables(json), Now)));
    }

    // The language cases are rendered as chats without messages are: tools and documents are there, and null.
    private static Dictionary<string, object> LanguageVariables(string json)
    {
        var variables = new Dictionary<string, object> { ["tools"] = PyNone.Value, ["documents"] = PyNone.Value };
        foreach (var (key, value) in ((PyDict)PyJsonReader.Read(json)).Items) variables[(string)key] = value;
        return variables;
    }

    private static IEnumerable<Case> Chats(string file, string folder)
    {
        var chats = new JinjaChats(folder);
        int line = 0;
        foreach (var item in GoldenJson.Lines(file))
        {
            line++;
            string name = $"{Path.GetFileNameWithoutExtension(file)}/{item.Text("template")}/{item.Text("conversation") ?? $"{line}"}";
            yield return new Case(name, item.Find("ids") is null
                ? () => Compare(item, "text", () => chats.Render(item, Now))
                : () => JinjaIdCases.Check(item, chats, folder, Now));
        }
    }

    private static Verdict Compare(JsonElement item, string key, Func<JinjaResult> render)
    {
        JinjaResult got;
        try
        {
            got = render();
        }
        catch (PyError error)
        {
            return CompareError(item, error);
        }
        if (item.Text(key) is not { } expected) return Verdict.Fail($"expected an error of the kind {item.Find("error")?.Text("kind")}, got {JsonSerializer.Serialize(got.Text)}");
        if (got.Text != expected) return Verdict.Fail(GoldenJson.Difference(expected, got.Text));
        string spans = string.Join(',', got.GenerationSpans.Select(span => $"[{span.Start},{span.End}]"));
        string wanted = item.Find("generation_spans") is { } golden ? string.Join(',', golden.EnumerateArray().Select(span => $"[{span[0]},{span[1]}]")) : spans;
        return spans == wanted ? Verdict.Pass() : Verdict.Fail($"spans: expected {wanted}, got {spans}");
    }

    private static Verdict CompareError(JsonElement item, PyError error)
    {
        if (item.Find("error") is not { } expected) return Verdict.Fail($"{error.Kind}: {error.Message}");
        string kind = expected.Text("kind")!;
        if (!error.Kind.ToString().Equals(kind.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            return Verdict.Fail($"expected {kind} ({expected.Text("message")}), got {error.Kind}: {error.Message}");
        if (kind == "raise_exception" && error.Message != expected.Text("message")) return Verdict.Fail(GoldenJson.Difference(expected.Text("message")!, error.Message));
        return Verdict.Pass(0, error.Kind.ToString());
    }
}
