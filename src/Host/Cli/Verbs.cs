// The verbs, one a line. A verb is a thin file under Verbs/; recipes are free-form key=value, which verb libraries cannot parse.
namespace FastTune.Cli;

/// <param name="Usage">What follows the verb's name.</param>
/// <param name="Summary">What it does, for the list of verbs.</param>
/// <param name="Details">Further lines of its help.</param>
/// <param name="Run">Arguments after the verb and the terminal → exit code.</param>
internal sealed record Verb(string Name, string Usage, string Summary, string Details, Func<IReadOnlyList<string>, ITerminal, int> Run);

internal static class Verbs
{
    public static readonly Verb[] All =
    [
        TrainVerb.Verb,
        ChatVerb.Verb,
        ExportVerb.Verb,
        PreviewVerb.Verb,
        DownloadVerb.Verb,
        CacheVerb.Verb,
        EnvVerb.Verb,
        VersionVerb.Verb,
        HelpVerb.Verb,
    ];

    public static Verb? Find(string name) => All.FirstOrDefault(verb => verb.Name == name);
}
