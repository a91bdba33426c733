// A chat template bound to a tokenizer: conversations to token ids, for training and for generation.
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>A template of slots. The prompt and answer of a turn are lists of parts, each tokenized on its own.</summary>
/// <param name="definition">The slots and words.</param>
/// <param name="tokenizer">The tokenizer after the template's fix (<see cref="TokenizerFix"/>).</param>
/// <param name="clock">Tells the day that some tool formats print.</param>
public sealed class ChatTemplate(TemplateDefinition definition, ITokenizer tokenizer, TimeProvider clock) : ITemplate
{
    private readonly TemplateRenderer _renderer = new(definition, clock);

    public TemplateDefinition Definition { get; } = definition;

    public string Name => Definition.Name;

    public ITokenizer Tokenizer { get; } = tokenizer;

    public bool EfficientEos => Definition.EfficientEos;

    public IReadOnlySet<int> StopIds { get; } = TokenizerFix.StopIds(definition, tokenizer);

    // LLaMA-Factory's pretraining writes llama3's own document end, which is not its eos.
    public string DocumentEnd => Name == "llama3" ? "<|end_of_text|>" : Tokenizer.Special.Eos ?? "";

    public IReadOnlyList<EncodedPair> EncodeMultiturn(IReadOnlyList<Message> messages, RenderOptions options) =>
        [.. _renderer.RenderMultiturn(messages, options).Select(Encode)];

    public EncodedPair EncodeOneturn(IReadOnlyList<Message> messages, RenderOptions options) => Encode(_renderer.RenderOneturn(messages, options));

    public IReadOnlyList<ToolCall>? ReadToolCalls(string output, string? tools) =>
        ToolFormats.Read(Definition.CallFormat, output, tools);

    private EncodedPair Encode(RenderedPair pair) => new(Encode(pair.Prompt), Encode(pair.Answer));

    private int[] Encode(List<Part> parts)
    {
        var ids = new List<int>();
        foreach (var part in parts)
        {
            if (part.Kind == PartKind.Text) ids.AddRange(Tokenizer.Encode(part.Text));
            else if (TokenOf(part) is { } token) ids.Add(Tokenizer.TokenToId(token) ?? throw MissingToken(token));
        }
        return [.. ids];
    }

    private string? TokenOf(Part part) => part.Kind switch
    {
        PartKind.Bos => Tokenizer.Special.Bos,
        PartKind.Eos => Tokenizer.Special.Eos,
        _ => part.Text,
    };

    private UserError MissingToken(string token) =>
        new($"template {Name} needs the token {token}, which the tokenizer lacks; choose the template that belongs to the model, or add the token with add_special_tokens");
}
