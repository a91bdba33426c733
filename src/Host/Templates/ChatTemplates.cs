// The room's door: chat templates by name, by file, or guessed from what the tokenizer brings.
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>What the recipe changes about a template.</summary>
/// <param name="DefaultSystem">Replaces the template's own default system text; null: keeps it.</param>
/// <param name="ToolFormat">Replaces the template's tool format, and its function slots by the plain ones; null: keeps both.</param>
/// <param name="Clock">Tells the day that some tool formats print; null: the system's clock.</param>
public sealed record TemplateOptions(string? DefaultSystem = null, string? ToolFormat = null, TimeProvider? Clock = null);

/// <summary>Finds chat templates. LLaMA-Factory's names; a path that ends in .json is a template file of the user's own.</summary>
public static class ChatTemplates
{
    /// <summary>Names of the templates that ship with the program.</summary>
    public static IReadOnlyList<string> Names => TemplateLibrary.Names;

    /// <summary>The template of this name, bound to a tokenizer that is fixed for it.</summary>
    /// <param name="name">A template's name or the path of a template file; null: `empty`.</param>
    /// <exception cref="UserError">An unknown name, a broken file, an unknown tool format.</exception>
    public static ITemplate Find(string? name, ITokenizer tokenizer, TemplateOptions? options = null)
    {
        options ??= new TemplateOptions();
        return Bind(Changed(TemplateLibrary.Find(name ?? "empty"), options), tokenizer, options);
    }

    private static ChatTemplate Bind(TemplateDefinition definition, ITokenizer tokenizer, TemplateOptions options) =>
        new(definition, TokenizerFix.Apply(definition, tokenizer), options.Clock ?? TimeProvider.System);

    private static TemplateDefinition Changed(TemplateDefinition template, TemplateOptions options)
    {
        if (options.DefaultSystem is { } system) template = template with { DefaultSystem = system };
        if (options.ToolFormat is not { } format) return template;
        if (!ToolFormats.All.ContainsKey(format))
            throw new UserError($"tool_format: \"{format}\" is unknown; known formats: {string.Join(", ", ToolFormats.All.Keys)}");
        // As LLaMA-Factory does it: the function slots become the plain ones.
        IReadOnlyList<Part> plain = [Part.Of(TemplateDefinition.Content)];
        return template with { Tools = format, ToolsSlot = null, CallFormat = format, Function = template.EfficientEos ? plain : [.. plain, Part.Eos] };
    }
}
