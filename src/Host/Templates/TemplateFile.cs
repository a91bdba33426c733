// Reads a template file: JSON with the keys below; what is left out has its usual value, or that of the template named in "like".
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastTune.Templates;

/// <summary>The keys of a template file; null: not given.</summary>
internal sealed record TemplateFile(
    string? Like, string? Kind, string? Prefix, string? System, string? User, string? Assistant, string? Function, string? Observation,
    string? Tools, string? ToolsSlot, string? DefaultSystem, IReadOnlyList<string>? StopWords, IReadOnlyList<string>? ThoughtWords,
    IReadOnlyList<string>? CallWords, bool? EfficientEos, bool? ReplaceEos, bool? ReplaceChatTemplate, MediaTokens? Media)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 8,
    };

    /// <summary>Names of the kinds in files.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateKind> Kinds = new Dictionary<string, TemplateKind>
    {
        ["plain"] = TemplateKind.Plain,
        ["system_in_user"] = TemplateKind.SystemInUser,
        ["tools_first"] = TemplateKind.ToolsFirst,
        ["reasoning"] = TemplateKind.Reasoning,
        ["reasoning_closed"] = TemplateKind.ReasoningClosed,
    };

    /// <summary>Reads one file's text; <paramref name="place"/> names it in errors.</summary>
    public static TemplateFile Parse(ReadOnlySpan<byte> json, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<TemplateFile>(json, Options)
                ?? throw new UserError($"{place}: the template file is empty; it needs at least \"user\"");
        }
        catch (JsonException error)
        {
            throw new UserError($"{place}: not a template file: {error.Message.ReplaceLineEndings(" ")}", inner: error);
        }
    }

    /// <summary>This file's keys over those of <paramref name="basis"/>.</summary>
    public TemplateFile Over(TemplateFile basis) => new(
        null, Kind ?? basis.Kind, Prefix ?? basis.Prefix, System ?? basis.System, User ?? basis.User, Assistant ?? basis.Assistant,
        Function ?? basis.Function, Observation ?? basis.Observation, Tools ?? basis.Tools, ToolsSlot ?? basis.ToolsSlot,
        DefaultSystem ?? basis.DefaultSystem, StopWords ?? basis.StopWords, ThoughtWords ?? basis.ThoughtWords,
        CallWords ?? basis.CallWords, EfficientEos ?? basis.EfficientEos, ReplaceEos ?? basis.ReplaceEos,
        ReplaceChatTemplate ?? basis.ReplaceChatTemplate, Media ?? basis.Media);

    /// <summary>The template; <paramref name="place"/> names the file in errors.</summary>
    public TemplateDefinition Define(string name, string place)
    {
        bool efficientEos = EfficientEos ?? false;
        string user = User ?? TemplateDefinition.Content;
        string assistant = Assistant ?? (efficientEos ? TemplateDefinition.Content : TemplateDefinition.Content + "{{eos}}");
        if (Tools is not null && !ToolFormats.All.ContainsKey(Tools))
            throw new UserError($"{place}: \"tools\" is \"{Tools}\"; known tool formats: {string.Join(", ", ToolFormats.All.Keys)}");
        string callFormat = Tools ?? ToolFormats.Default;
        return new TemplateDefinition(
            name, KindOf(place), SlotText.Parse(Prefix ?? ""), Slot(System ?? TemplateDefinition.Content, "system", place),
            Slot(user, "user", place), Slot(assistant, "assistant", place), Slot(Function ?? assistant, "function", place),
            Slot(Observation ?? user, "observation", place), ToolsSlot is null ? callFormat : null, ToolsSlot, callFormat, DefaultSystem ?? "",
            StopWords ?? [], Pair(ThoughtWords, ("<think>\n", "\n</think>\n\n"), "thought_words", place),
            Pair(CallWords, ("<tool_call>", "</tool_call>"), "call_words", place),
            efficientEos, ReplaceEos ?? false, ReplaceChatTemplate ?? false, Media);
    }

    private TemplateKind KindOf(string place)
    {
        if (Kind is null) return TemplateKind.Plain;
        return Kinds.TryGetValue(Kind, out var kind)
            ? kind
            : throw new UserError($"{place}: \"kind\" is \"{Kind}\"; known kinds: {string.Join(", ", Kinds.Keys)}");
    }

    private static IReadOnlyList<Part> Slot(string text, string key, string place)
    {
        var parts = SlotText.Parse(text);
        bool hasContent = parts.Any(part => part.Kind == PartKind.Text && part.Text.Contains(TemplateDefinition.Content, StringComparison.Ordinal));
        return hasContent ? parts : throw new UserError($"{place}: \"{key}\" has no {TemplateDefinition.Content}: the message's text would be lost");
    }

    private static (string, string) Pair(IReadOnlyList<string>? words, (string, string) usual, string key, string place)
    {
        if (words is null) return usual;
        return words.Count == 2 ? (words[0], words[1]) : throw new UserError($"{place}: \"{key}\" has {words.Count} words; it needs two, the opening and the closing one");
    }
}
