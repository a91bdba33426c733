// What a chat template is, as data: the slots of each role, its words, its flags.
namespace FastTune.Templates;

/// <summary>How the system text and the thoughts of a conversation are placed.</summary>
public enum TemplateKind : byte
{
    /// <summary>A system block in front of the first message.</summary>
    Plain,

    /// <summary>The system block goes inside the first user slot.</summary>
    SystemInUser,

    /// <summary>As Plain; leading newlines of the tool text are cut when there is no system text.</summary>
    ToolsFirst,

    /// <summary>As Plain, and answers carry thoughts.</summary>
    Reasoning,

    /// <summary>As Reasoning; the empty thought is its closing word alone.</summary>
    ReasoningClosed,
}

/// <summary>Placeholder tokens of a template's images, videos and sounds, and the name of the processor that fills them.</summary>
public sealed record MediaTokens(string Processor, string? Image, string? Video, string? Audio);

/// <summary>A chat template. The first <c>{{content}}</c> of each slot's text is where a message's content goes.</summary>
/// <param name="Tools">Name of the tool format for the tool list and the calls; null for <paramref name="ToolsSlot"/>.</param>
/// <param name="ToolsSlot">A tool list that is put in as it is, around this text; null when <paramref name="Tools"/> names a format.</param>
/// <param name="ThoughtWords">The words that open and close a thought, with their newlines.</param>
/// <param name="CallWords">The words that mark a call inside a function message.</param>
/// <param name="EfficientEos">Answers end without eos; one closes the whole conversation.</param>
/// <param name="ReplaceEos">The first stop word becomes the tokenizer's eos.</param>
/// <param name="ReplaceChatTemplate">The generated chat template replaces the tokenizer's own.</param>
public sealed record TemplateDefinition(
    string Name, TemplateKind Kind,
    IReadOnlyList<Part> Prefix, IReadOnlyList<Part> System, IReadOnlyList<Part> User, IReadOnlyList<Part> Assistant,
    IReadOnlyList<Part> Function, IReadOnlyList<Part> Observation,
    string? Tools, string? ToolsSlot, string CallFormat, string DefaultSystem, IReadOnlyList<string> StopWords,
    (string Open, string Close) ThoughtWords, (string Open, string Close) CallWords,
    bool EfficientEos, bool ReplaceEos, bool ReplaceChatTemplate, MediaTokens? Media)
{
    /// <summary>Where a message's content goes inside a slot.</summary>
    public const string Content = "{{content}}";

    public bool Thinks => Kind is TemplateKind.Reasoning or TemplateKind.ReasoningClosed;

    /// <summary>A thought with nothing in it.</summary>
    public string EmptyThought => Kind == TemplateKind.ReasoningClosed ? ThoughtWords.Close : ThoughtWords.Open + ThoughtWords.Close;
}
