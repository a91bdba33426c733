// A tokenizer's own chat template, rendered: the variables that it gets, and errors as the user sees them.
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

internal sealed class ModelChat
{
    private readonly JinjaTemplate _template;
    private readonly IReadOnlyList<KeyValuePair<string, object>> _special;
    private readonly TimeProvider _clock;

    public ModelChat(string template, SpecialTokens special, TimeProvider clock)
    {
        (_template, _special, _clock) = (AsUser(() => JinjaTemplate.Parse(template)), Variables(special), clock);
    }

    /// <summary>The chat as text, with its generation spans.</summary>
    public JinjaResult Render(
        List<object> messages, bool addGenerationPrompt, object? tools = null, IReadOnlyList<KeyValuePair<string, object>>? variables = null) =>
        AsUser(() => new ChatRequest(messages, tools, null, addGenerationPrompt, [.. _special, .. variables ?? []])
            .Render(_template, _clock.GetLocalNow().DateTime));

    /// <summary>A message as a chat template reads it.</summary>
    public static PyDict Message(string role, object content) => new() { ["role"] = role, ["content"] = content };

    /// <summary>Runs Jinja work; its errors become one line for the user.</summary>
    public static T AsUser<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (PyError error)
        {
            throw new UserError($"chat template: {error.Message.ReplaceLineEndings(" ")} ({error.Kind})", inner: error);
        }
    }

    private static List<KeyValuePair<string, object>> Variables(SpecialTokens special)
    {
        (string Name, string? Token)[] all = [("bos_token", special.Bos), ("eos_token", special.Eos), ("pad_token", special.Pad), ("unk_token", special.Unk)];
        return [.. all.Where(item => item.Token is not null).Select(item => KeyValuePair.Create(item.Name, (object)item.Token!))];
    }
}
