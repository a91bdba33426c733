// The command line's public door: picks the verb and turns errors into one line and an exit code.
namespace FastTune.Cli;

/// <summary>Runs a command. Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.</summary>
internal static class Shell
{
    private const string Verbose = "--verbose";
    private const int Failed = 1, WrongUsage = 2, Interrupted = 130;

    public static int Run(string[] args)
    {
        using var terminal = new SystemTerminal();
        return Run(args, terminal);
    }

    public static int Run(IReadOnlyList<string> args, ITerminal terminal)
    {
        bool verbose = args.Contains(Verbose);
        try
        {
            return Dispatch([.. args.Where(argument => argument != Verbose)], terminal);
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine("fasttune: interrupted");
            return Interrupted;
        }
        catch (Exception error)
        {
            var cause = error is AggregateException { InnerExceptions.Count: 1 } or TypeInitializationException ? error.InnerException ?? error : error;
            terminal.Error.WriteLine($"fasttune: {Printable.Line(Line(cause))}");
            if (verbose) terminal.Error.WriteLine(Printable.Text(error.ToString()));
            return cause is UserError user ? user.ExitCode : Failed;
        }
    }

    private static int Dispatch(IReadOnlyList<string> args, ITerminal terminal)
    {
        if (args.Count == 0)
        {
            HelpVerb.Usage(terminal.Error);
            return WrongUsage;
        }
        string name = args[0] switch { "-h" or "--help" => "help", "-v" or "--version" => "version", _ => args[0] };
        string[] rest = [.. args.Skip(1)];
        var verb = Verbs.Find(name);
        if (verb is null)
        {
            string? nearest = Config.Nearest.Of(name, Verbs.All.Select(known => known.Name));
            terminal.Error.WriteLine($"fasttune: no verb named '{Printable.Line(name)}'{(nearest is null ? "" : $"; did you mean {nearest}?")}");
            HelpVerb.Usage(terminal.Error);
            return WrongUsage;
        }
        return rest.Any(argument => argument is "-h" or "--help") ? HelpVerb.Run([verb.Name], terminal) : verb.Run(rest, terminal);
    }

    /// <summary>An error that nobody foresaw says so: its message alone may not tell a user anything.</summary>
    private static string Line(Exception error) => error switch
    {
        UserError => error.Message,
        IOException or UnauthorizedAccessException => error.Message,
        OutOfMemoryException => "out of memory; take a smaller batch, a smaller cutoff_len or bf16",
        ArgumentException when error.Message.StartsWith('[') => error.Message,
        _ => $"internal error: {error.GetType().Name}: {error.Message} (run again with {Verbose} for the place)",
    };
}
