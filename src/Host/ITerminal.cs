// What a command reads from and writes to: the real terminal, or a test's buffers.
namespace FastTune;

/// <summary>The streams and the interrupts of a command. Results go to <see cref="Out"/>, progress and errors to <see cref="Error"/>.</summary>
public interface ITerminal
{
    TextReader In { get; }
    TextWriter Out { get; }
    TextWriter Error { get; }

    /// <summary>True when a person reads <see cref="Error"/> on a terminal: lines may be redrawn.</summary>
    bool Interactive { get; }

    /// <summary>Columns a line may take, at most 100.</summary>
    int Width { get; }

    /// <summary>A token that the next Ctrl-C (or SIGTERM) cancels. Without a live token an interrupt ends the process at once,
    /// so a second Ctrl-C always does.</summary>
    CancellationToken NextInterrupt();
}
