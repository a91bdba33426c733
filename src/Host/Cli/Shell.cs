// The command line's public door: picks the verb and turns errors into one line and an exit code.
namespace FastTune.Cli;

internal static class Shell
{
    public static int Run(string[] args)
    {
        Console.Error.WriteLine($"fasttune: no verb named '{(args.Length > 0 ? args[0] : "")}'");
        return 2;
    }
}
