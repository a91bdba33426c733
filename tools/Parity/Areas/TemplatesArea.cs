// Parity for chat templates: folders with conversations.json and a file a template, tool_formats.json, parse_template.json.
using System.Text.Json;

namespace FastTune.Parity;

internal sealed class TemplatesArea : IArea
{
    private const string Conversations = "conversations.json";

    public string Name => "templates";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
        if (!File.Exists(Path.Combine(folder, Conversations))) return [];
        IEnumerable<string> files = folder == path ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];
        return files.SelectMany(file => CasesOf(file, folder));
    }

    private static IEnumerable<Case> CasesOf(string file, string folder)
    {
        if (!file.EndsWith(".json", StringComparison.Ordinal)) return [];
        var golden = GoldenJson.Load(file);
        if (golden.ValueKind != JsonValueKind.Object) return [];
        if (golden.Find("templates") is { ValueKind: JsonValueKind.Array } templates) return SlotCases.Of(templates);
        if (golden.Find("tool_lists") is not null) return ToolFormatCases.Of(golden);
        if (golden.Find("tokenizers") is not null && golden.Find("cases") is not null)
        {
            var conversations = new GoldenConversations(GoldenJson.Load(Path.Combine(folder, Conversations)));
            return TemplateCases.Of(golden, folder, conversations).Concat(TemplateFixCases.Of(golden, folder, conversations));
        }
        if (golden.Find("chat_templates") is not null && golden.Find("cases") is not null)
            return GuessCases.Of(golden, folder, TimeProvider.System);
        return [];
    }
}
