// The error that a user can act on: one line that names the thing, the place and the remedy.
namespace FastTune;

/// <summary>An error in what the user gave (recipe, data, model file, machine). Its message is the one line shown;
/// no stack trace, and line feeds in what it quotes are escaped. <see cref="ExitCode"/> is 1 for a failed run and 2 for wrong usage.</summary>
public sealed class UserError(string message, int exitCode = 1, Exception? inner = null) : Exception(Printable.Line(message), inner)
{
    public int ExitCode { get; } = exitCode;
}
