// The room's door to Jinja: a chat template parsed once, rendered often, inside limits.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>What a rendering gives: the text, and its stretches inside generation blocks.</summary>
public sealed record JinjaResult(string Text, IReadOnlyList<GenerationSpan> GenerationSpans);

/// <summary>A template in the environment of Hugging Face's chat templates (Jinja2's immutable sandbox, trim_blocks, lstrip_blocks).</summary>
internal sealed class JinjaTemplate
{
    private const int MaxLength = 1 << 20; // real chat templates have some 20,000 characters

    private readonly IReadOnlyList<Stmt> _body;

    private JinjaTemplate(IReadOnlyList<Stmt> body) => _body = body;

    /// <summary>Parses a template; a broken one is a <see cref="PyError"/> of the kind syntax.</summary>
    public static JinjaTemplate Parse(string text)
    {
        if (text.Length > MaxLength) throw new PyError(PyErrorKind.Limit, $"the chat template has {text.Length} characters; at most {MaxLength} are read");
        return Guarded(() => new JinjaTemplate(Parser.Parse(text)));
    }

    /// <summary>Renders with these variables; errors are <see cref="PyError"/>s.</summary>
    public JinjaResult Render(IReadOnlyDictionary<string, object> variables, DateTime now, JinjaLimits? limits = null) => Guarded(() =>
    {
        var interpreter = new Interpreter(_body, variables, now, limits ?? JinjaLimits.Default);
        return new JinjaResult(interpreter.Run(), interpreter.Spans);
    });

    private static T Guarded<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (InsufficientExecutionStackException)
        {
            throw new PyError(PyErrorKind.Recursion, "maximum recursion depth exceeded");
        }
    }
}
