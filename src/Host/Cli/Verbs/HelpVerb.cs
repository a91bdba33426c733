// fasttune help: the verbs, or one of them in full.
namespace FastTune.Cli;

internal static class HelpVerb
{
    public static readonly Verb Verb = new("help", "[VERB]", "say more about a verb", "", Run);

    public static int Run(IReadOnlyList<string> arguments, ITerminal terminal)
    {
        if (arguments.Count == 0)
        {
            terminal.Out.WriteLine("FastTune fine-tunes language models on one machine.");
            Usage(terminal.Out);
            return 0;
        }
        var verb = Verbs.Find(arguments[0]);
        if (verb is null || arguments.Count > 1) throw new UserError($"help takes one of {string.Join(", ", Verbs.All.Select(known => known.Name))}", exitCode: 2);
        terminal.Out.WriteLine($"fasttune {verb.Name} {verb.Usage}".TrimEnd());
        terminal.Out.WriteLine($"  {verb.Summary}");
        foreach (string line in verb.Details.Split('\n', StringSplitOptions.RemoveEmptyEntries)) terminal.Out.WriteLine($"  {line.TrimEnd('\r')}");
        return 0;
    }

    /// <summary>The list of verbs.</summary>
    public static void Usage(TextWriter output)
    {
        output.WriteLine("usage: fasttune VERB …   (exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted)");
        foreach (var verb in Verbs.All) output.WriteLine($"  {verb.Name,-8} {verb.Summary}");
        output.WriteLine("--verbose adds a stack trace to an error; `fasttune help VERB` says more");
    }
}
