// The error that a user can act on: one line that names the thing, the place and the remedy.
namespace FastTune;

/// <summary>An error in what the user gave (recipe, data, model file, machine). Its message is the one line shown;
/// no stack trace, and control characters in what it quotes are escaped. <see cref="ExitCode"/> is 1 for a failed run and 2 for wrong usage.</summary>
public sealed class UserError(string message, int exitCode = 1, Exception? inner = null) : Exception(OneLine(message), inner)
{
    private const int Longest = 4000, Tail = 200;

    public int ExitCode { get; } = exitCode;

    // Messages quote what files say: no quotation moves the cursor or fills the screen.
    private static string OneLine(string message)
    {
        string line = Printable.Line(message);
        return line.Length <= Longest ? line : $"{line[..(Longest - Tail)]} … {line[^Tail..]}";
    }
}
