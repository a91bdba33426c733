// The hand-written scanners find what the regular expressions find; patterns from files are translated and bounded.
using FastTune.Tokenizers.Patterns;
using Xunit;

namespace FastTune.Tests.Host.Tokenizers;

public sealed class ScannerTests
{
    public static TheoryData<string> Known => [.. KnownPatterns.All];

    [Theory]
    [MemberData(nameof(Known))]
    public void Scanner_cuts_like_its_regular_expression(string pattern)
    {
        var scanner = KnownPatterns.Find(pattern)!;
        var regex = RegexPattern.Translated(pattern);
        var random = new Random(7);
        for (int i = 0; i < 1000; i++)
        {
            string text = Samples.Text(random);
            List<Found> scanned = [], matched = [];
            scanner.Find(text, scanned);
            regex.Find(text, matched);
            Assert.True(scanned.SequenceEqual(matched), $"{Escaped(text)}: {string.Join(' ', scanned)} but {string.Join(' ', matched)}");
        }
    }

    [Theory]
    [InlineData(@"\p{N}{1,3}+", "12345", "12345")]                    // Ruby: + behind an interval repeats it
    [InlineData(@"[a-z&&[^aeiou]]+", "bcd", "bcd")]
    [InlineData(@"(?i:'s)", "'ſ", "'ſ")]
    [InlineData(@"[^\s]", "𝒳", "𝒳")]                                  // one character, not two surrogates
    [InlineData(@"a$", "a\nb", "a")]                                  // $ ends lines
    [InlineData(@"(\w)\1", "ee", "ee")]
    [InlineData(@"\x41\u0042[\x{43}]", "ABC", "ABC")]
    public void Translated_pattern_matches(string pattern, string text, string first)
    {
        var found = new List<Found>();
        RegexPattern.Translated(pattern).Find(text, found);
        var match = Assert.Single(found, f => f.IsMatch);
        Assert.Equal(first, text[match.Start..match.End]);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData(@"\p{Nonsense}")]
    [InlineData("a)")]
    [InlineData("(?<=a")]
    public void Malformed_pattern_is_one_line(string pattern)
    {
        var error = Assert.Throws<UserError>(() => RegexPattern.Of(pattern));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Exploding_pattern_stops_at_its_limit()
    {
        var pattern = RegexPattern.Translated(@"(?:(?:a|aa)+)+!", TimeSpan.FromMilliseconds(50));
        Assert.Throws<UserError>(() => pattern.Find(new string('a', 2000), []));
    }

    [Fact]
    public void Many_slow_matches_stop_at_the_limit_together()
    {
        var pattern = RegexPattern.Translated(@"(?:a|aa){1,14}!|x", TimeSpan.FromMilliseconds(200));
        string slow = string.Concat(Enumerable.Repeat(new string('a', 13) + "x", 200_000));
        Assert.Throws<UserError>(() => pattern.Find(slow, []));
    }

    private static string Escaped(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
