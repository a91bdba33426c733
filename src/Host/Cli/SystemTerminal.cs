// The real terminal: standard streams as UTF-8, and Ctrl-C or SIGTERM as a token.
using System.Runtime.InteropServices;
using System.Text;

namespace FastTune.Cli;

internal sealed class SystemTerminal : ITerminal, IDisposable
{
    private const int Widest = 100;

    private readonly PosixSignalRegistration interrupt, terminate;
    private CancellationTokenSource? armed;

    public SystemTerminal()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Out = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true };
        Error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public TextReader In => Console.In;
    public TextWriter Out { get; }
    public TextWriter Error { get; }
    public bool Interactive => !Console.IsErrorRedirected;
    public int Width => Interactive && Console.WindowWidth is > 0 and < Widest ? Console.WindowWidth : Widest;

    public CancellationToken NextInterrupt()
    {
        var next = new CancellationTokenSource();
        Interlocked.Exchange(ref armed, next);
        return next.Token;
    }

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        var source = Interlocked.Exchange(ref armed, null);
        if (source is null) Environment.Exit(130);
        signal.Cancel = true;
        source.Cancel();
    }
}
