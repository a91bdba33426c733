// What data preparation and chat need of a template: token ids of conversations.
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>Prompt and answer ids of one pair of turns.</summary>
public readonly record struct EncodedPair(int[] Prompt, int[] Answer);

/// <summary>What changes the rendering besides the conversation.</summary>
/// <param name="System">System text; null or empty: the template's default.</param>
/// <param name="Tools">Tool list as JSON text; null or empty: none.</param>
/// <param name="EnableThinking">Reasoning templates only; null: thoughts present are trained on, absent ones go into the prompt.</param>
/// <param name="PreserveThinking">Keeps the thoughts of earlier answers.</param>
/// <param name="DiscardHistoryThoughts">Training uses mask_history and not preserve_thinking.</param>
public sealed record RenderOptions(
    string? System = null, string? Tools = null, bool? EnableThinking = null,
    bool PreserveThinking = false, bool DiscardHistoryThoughts = false);

/// <summary>A chat template bound to its tokenizer. Conversations end with an answer (possibly empty).</summary>
public interface ITemplate
{
    string Name { get; }

    /// <summary>The tokenizer after the template's fix: eos replaced, stop words made special, pad filled in.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>True when one end-of-sequence token closes the whole conversation instead of each answer.</summary>
    bool EfficientEos { get; }

    /// <summary>Ids that end an answer in generation: eos and the template's stop words.</summary>
    IReadOnlySet<int> StopIds { get; }

    /// <summary>Text that ends a pretraining document (the tokenizer's eos; `&lt;|end_of_text|&gt;` for llama3).</summary>
    string DocumentEnd { get; }

    /// <summary>One pair a turn: training on several turns.</summary>
    IReadOnlyList<EncodedPair> EncodeMultiturn(IReadOnlyList<Message> messages, RenderOptions options);

    /// <summary>Everything before the last answer as the prompt, and that answer: preference data and generation.</summary>
    EncodedPair EncodeOneturn(IReadOnlyList<Message> messages, RenderOptions options);

    /// <summary>The calls in a model's output, or null when it is plain text.</summary>
    /// <param name="tools">The tool list as JSON text, or null: formats that write texts without quotes need its types to tell "123" from 123.</param>
    IReadOnlyList<ToolCall>? ReadToolCalls(string output, string? tools);
}
