// The preview: what is trained is marked, counts are there, and no line is wider than asked.
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class PreviewTests
{
    private static string Shown(DataFolder folder, int width, bool colour = false)
    {
        var output = new StringWriter { NewLine = "\n" };
        new Preview(colour, width).Write(folder.Load(), DataFolder.Template.Tokenizer, output);
        return output.ToString();
    }

    [Fact]
    public void Trained_tokens_are_marked_and_rows_counted()
    {
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", """
            {"instruction": "why", "output": "so"}
            {"instruction": "what", "output": null}
            """);
        string shown = Shown(folder, 100);
        Assert.Contains("row 1 of 1 (d.jsonl, row 1): 5 tokens, 2 trained\nwhy⟦so⟧\n", shown);
        Assert.Contains("d: 2 rows read, 1 left out, 0 cut to 64 tokens, 0 without a trained token", shown);
        Assert.Contains("warning: d.jsonl, row 2 is left out: has no answer", shown);
        Assert.Contains("why\u001b[32mso\u001b[0m", Shown(folder, 100, colour: true));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    public void Lines_stay_within_the_width_also_with_wide_letters(int width)
    {
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl",
            $"{{\"instruction\": \"{new string('中', 30)}\", \"output\": \"{new string('w', 150)}\\u001b[2J\"}}");
        string shown = Shown(folder, width);
        Assert.DoesNotContain('\u001b', shown);
        Assert.All(shown.Split('\n'), line => Assert.True(line.Sum(letter => letter == '中' ? 2 : 1) <= width, line));
    }
}
