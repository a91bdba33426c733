// The commands of README.md are run as a newcomer would: every fenced sh block, in order, from the repository's root.
using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public partial class ReadmeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <param name="Reason">Why the block is not run, from a comment <c>&lt;!-- not run: why --&gt;</c> on the line above it; else null.</param>
    internal sealed record Block(string Commands, string? Reason);

    [Fact]
    public void Every_block_of_commands_succeeds()
    {
        string file = Path.Combine(Repository.Root, "README.md");
        Assert.SkipUnless(File.Exists(file), "README.md is not written yet");
        Assert.SkipUnless(File.Exists("/bin/bash"), "the blocks are for bash, which this machine lacks");
        foreach (var block in Blocks(File.ReadAllText(file)))
        {
            if (block.Reason is not null) TestContext.Current.TestOutputHelper?.WriteLine($"not run ({block.Reason}):\n{block.Commands}");
            else Run(block.Commands);
        }
    }

    [Fact]
    public void Blocks_are_found_with_the_reason_for_not_running_them()
    {
        var blocks = Blocks("text\n```sh\na\nb\n```\n<!-- not run: needs a network -->\n```sh\nc\n```\n```text\nd\n```\n");
        Assert.Equal([new Block("a\nb\n", null), new Block("c\n", "needs a network")], blocks);
    }

    internal static List<Block> Blocks(string markdown) =>
        [.. Fence().Matches(markdown.ReplaceLineEndings("\n")).Select(match => new Block(match.Groups["commands"].Value, match.Groups["reason"].Success ? match.Groups["reason"].Value : null))];

    private static void Run(string commands)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-euo", "pipefail", "-c", commands])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEndAsync();
        bool ended = shell.WaitForExit(Limit);
        if (!ended) shell.Kill(entireProcessTree: true);
        Assert.True(ended, $"not done after {Limit.TotalMinutes} minutes; mark the block as not run:\n{commands}");
        Assert.True(shell.ExitCode == 0, $"exit code {shell.ExitCode} from:\n{commands}\n{output.Result}\n{error.Result}");
    }

    [GeneratedRegex(@"(?:^<!-- not run: (?<reason>[^\n]*?) -->\n)?^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
