// SECURITY.md: the tests that it names exist.
using System.Text.RegularExpressions;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public sealed partial class SecurityTests
{
    [Fact]
    public void Every_case_names_tests_that_exist()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "SECURITY.md")).Where(line => Numbered().IsMatch(line))];
        Assert.True(rows.Length >= 10, $"{rows.Length} cases are written out");
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).ToLookup(Path.GetFileNameWithoutExtension);
        foreach (string row in rows)
        {
            var named = TestName().Matches(row);
            Assert.True(named.Count > 0, $"no test is named: {row}");
            foreach (Match test in named)
                Assert.True(sources[test.Groups[1].Value].Any(path => File.ReadAllText(path).Contains($" {test.Groups[2].Value}(", StringComparison.Ordinal)), $"{test.Value} does not exist");
        }
    }

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"`([A-Za-z]+Tests?)\.(\w+)`")]
    private static partial Regex TestName();
}
