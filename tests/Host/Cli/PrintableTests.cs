// Text from data on its way to a terminal.
using Xunit;

namespace FastTune.Tests.Host.Cli;

public class PrintableTests
{
    [Theory]
    [InlineData("plain text, 模型 ø 😀", "plain text, 模型 ø 😀")]
    [InlineData("a\u001b[2Jb", "a\\u001b[2Jb")]
    [InlineData("bell\a\u009b1m", "bell\\u0007\\u009b1m")]
    [InlineData("over\rwrite", "over\\rwrite")]
    [InlineData("abc\u202Ecba", "abc\\u202ecba")]
    public void Controls_become_escapes(string text, string shown)
    {
        Assert.Equal(shown, Printable.Line(text));
        Assert.Equal(shown, Printable.Text(text));
    }

    [Fact]
    public void Only_Text_keeps_line_feeds_and_tabs()
    {
        Assert.Equal("a\\n\\tb", Printable.Line("a\n\tb"));
        Assert.Equal("a\n\tb", Printable.Text("a\n\tb"));
    }
}
