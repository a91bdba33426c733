// A terminal of strings, so that tests run commands in process.
namespace FastTune.Tests.Host.Cli;

internal sealed class BufferTerminal(string input = "") : ITerminal
{
    private readonly CancellationTokenSource interrupt = new();

    public TextReader In { get; } = new StringReader(input);
    public TextWriter Out { get; } = new StringWriter { NewLine = "\n" };
    public TextWriter Error { get; } = new StringWriter { NewLine = "\n" };
    public bool Interactive => false;
    public int Width => 100;
    public CancellationToken NextInterrupt() => interrupt.Token;
}
