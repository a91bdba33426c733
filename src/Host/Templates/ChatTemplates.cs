// The room's door: chat templates by name, by file, or guessed from what the tokenizer brings.
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>What the recipe changes about a template.</summary>
/// <param name="DefaultSystem">Replaces the template's own default system text; null: keeps it.</param>
/// <param name="ToolFormat">Replaces the template's tool format, and its function slots by the plain ones; null: keeps both. A chat template
/// in Jinja prints calls in its own way: for it this says how they are read (null: as qwen writes them).</param>
/// <param name="Clock">Tells the day that some tool formats print; null: the system's clock.</param>
public sealed record TemplateOptions(string? DefaultSystem = null, string? ToolFormat = null, TimeProvider? Clock = null);

/// <summary>Finds chat templates. LLaMA-Factory's names; a path that ends in .json is a template file of the user's own.</summary>
public static class ChatTemplates
{
    private const string Jinja = "jinja";

    /// <summary>Names of the templates that ship with the program.</summary>
    public static IReadOnlyList<string> Names => TemplateLibrary.Names;

    /// <summary>The template of this name, bound to a tokenizer that is fixed for it.</summary>
    /// <param name="name">A template's name, the path of a template file, or `jinja` for the tokenizer's own chat template;
    /// null: guessed from that chat template, or `empty` when there is none.</param>
    /// <exception cref="UserError">An unknown name, a broken file, an unknown tool format.</exception>
    public static ITemplate Find(string? name, ITokenizer tokenizer, TemplateOptions? options = null)
    {
        options ??= new TemplateOptions();
        var clock = options.Clock ?? TimeProvider.System;
        if (options.ToolFormat is { } format && !ToolFormats.All.ContainsKey(format))
            throw new UserError($"tool_format: \"{format}\" is unknown; known formats: {string.Join(", ", ToolFormats.All.Keys)}");
        if (name == Jinja) return new JinjaChatTemplate(tokenizer, OwnTemplate(tokenizer), options, clock);
        var definition = name is null && tokenizer.ChatTemplate is { } own
            ? GuessedTemplate.Of(tokenizer, own, clock)
            : TemplateLibrary.Find(name ?? "empty");
        return Bind(Changed(definition, options), tokenizer, clock);
    }

    /// <summary>Renders a chat template on its own (the API's chats): the text of a conversation.</summary>
    /// <param name="jinja">The chat template's text.</param>
    /// <param name="messages">JSON list of messages with role and content, and whatever else the template reads.</param>
    /// <param name="tools">JSON list of tools, or null.</param>
    /// <param name="variables">JSON object of further variables (special tokens among them), or null.</param>
    /// <exception cref="UserError">Broken JSON, or an error of the template in one line.</exception>
    public static JinjaResult Render(string jinja, string messages, string? tools, string? variables, bool addGenerationPrompt, TimeProvider? clock = null) =>
        ModelChat.AsUser(() => Request(messages, tools, variables, addGenerationPrompt).Render(JinjaTemplate.Parse(jinja), Now(clock)));

    /// <summary>Token ids of a conversation that a chat template renders; parameters as for <see cref="Render"/>.</summary>
    /// <param name="sanitize">Encodes control tokens that stand in messages, tools or documents as plain text; the template's own stay tokens.</param>
    public static EncodedChat Encode(
        Tokenizer tokenizer, string jinja, string messages, string? tools, string? variables, bool addGenerationPrompt, bool sanitize = false, TimeProvider? clock = null) =>
        ModelChat.AsUser(() => Request(messages, tools, variables, addGenerationPrompt).Encode(JinjaTemplate.Parse(jinja), jinja, tokenizer, sanitize, Now(clock)));

    private static DateTime Now(TimeProvider? clock) => (clock ?? TimeProvider.System).GetLocalNow().DateTime;

    private static ChatRequest Request(string messages, string? tools, string? variables, bool addGenerationPrompt)
    {
        if (PyJsonReader.Read(messages) is not List<object> list) throw PyError.Value("the messages must be a JSON list");
        if (PyJsonReader.Read(variables ?? "{}") is not PyDict dict) throw PyError.Value("the variables must be a JSON object");
        var named = dict.Items.Select(item => KeyValuePair.Create((string)item.Key, item.Value)).ToList();
        return new ChatRequest(list, tools is null ? null : PyJsonReader.Read(tools), null, addGenerationPrompt, named);
    }

    /// <summary>A template as an Ollama Modelfile; null when its slots need single tokens, which Ollama cannot name.</summary>
    public static string? Modelfile(ITemplate template) =>
        template is ChatTemplate slots ? OllamaModelfile.Of(slots.Definition, slots.Tokenizer) : null;

    private static string OwnTemplate(ITokenizer tokenizer) => tokenizer.ChatTemplate
        ?? throw new UserError("template: jinja needs a tokenizer with a chat template, and this one has none; name a template");

    private static ChatTemplate Bind(TemplateDefinition definition, ITokenizer tokenizer, TimeProvider clock) =>
        new(definition, TokenizerFix.Apply(definition, tokenizer), clock);

    private static TemplateDefinition Changed(TemplateDefinition template, TemplateOptions options)
    {
        if (options.DefaultSystem is { } system) template = template with { DefaultSystem = system };
        if (options.ToolFormat is not { } format) return template;
        // As LLaMA-Factory does it: the function slots become the plain ones.
        IReadOnlyList<Part> plain = [Part.Of(TemplateDefinition.Content)];
        return template with { Tools = format, ToolsSlot = null, CallFormat = format, Function = template.EfficientEos ? plain : [.. plain, Part.Eos] };
    }
}
