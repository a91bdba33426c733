// fasttune version: one line.
using System.Reflection;

namespace FastTune.Cli;

internal static class VersionVerb
{
    public static readonly Verb Verb = new("version", "", "print the version", "", Run);

    public static string Version { get; } = typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal)
    {
        Arguments.Expect(arguments, Verb);
        terminal.Out.WriteLine($"fasttune {Version}");
        return 0;
    }
}
