// Rules that every source file keeps.
using System.Text.RegularExpressions;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public class SourceTests
{
    private static readonly string[] Files = Repository.Files();

    [Fact]
    public void The_first_line_of_a_source_file_is_a_comment_that_says_what_it_is_for() =>
        Assert.DoesNotContain(Files, file => Regex.IsMatch(file, @"\.(cs|cu|cuh|h|cpp)$") && !IsComment(First(file)));

    [Fact]
    public void No_file_is_named_after_a_drawer() =>
        Assert.DoesNotContain(Files, file => Regex.IsMatch(Path.GetFileName(file), "(Util|Helper|Common|Manager)s?", RegexOptions.IgnoreCase));

    [Fact]
    public void The_tests_see_the_sources() => Assert.Contains("src/Host/Cli/Program.cs", Files);

    private static bool IsComment(string line) => line.StartsWith("// ", StringComparison.Ordinal) || line.StartsWith("/* ", StringComparison.Ordinal);

    private static string First(string file) => File.ReadLines(Path.Combine(Repository.Root, file)).FirstOrDefault("").TrimStart('\uFEFF');
}
