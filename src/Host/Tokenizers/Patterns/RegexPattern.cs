// A regular expression from a file: translated to .NET's syntax and run with a time limit.
using System.Diagnostics;
using System.Text.RegularExpressions;
using FastTune.Tokenizers.Regexes;

namespace FastTune.Tokenizers.Patterns;

internal sealed class RegexPattern : IPattern
{
    /// <summary>Time that one pattern may take on one text. .NET's engine backtracks, so a pattern can be made to explode.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly string source;
    private readonly Regex regex;

    private RegexPattern(string source, Regex regex) => (this.source, this.regex) = (source, regex);

    /// <summary>The scanner of a known pattern, else the translated expression.</summary>
    /// <exception cref="UserError">The expression cannot be read.</exception>
    public static IPattern Of(string source) => KnownPatterns.Find(source) ?? (IPattern)Translated(source);

    /// <summary>The expression without a scanner, whatever it is.</summary>
    /// <param name="limit">Time for one text; null: five seconds.</param>
    public static RegexPattern Translated(string source, TimeSpan? limit = null)
    {
        string translated = RegexTranslator.Translate(source);
        try
        {
            return new RegexPattern(source, new Regex(translated, RegexOptions.CultureInvariant, limit ?? Limit));
        }
        catch (ArgumentException error)
        {
            throw new UserError($"tokenizer pattern '{Short(source)}' is not a valid regular expression: correct the pattern in tokenizer.json", inner: error);
        }
    }

    public void Find(ReadOnlySpan<char> text, List<Found> found)
    {
        int gap = 0;
        long start = Stopwatch.GetTimestamp();
        try
        {
            foreach (var match in regex.EnumerateMatches(text))
            {
                // The engine's own limit is for one match; a text has many.
                if (Stopwatch.GetElapsedTime(start) > regex.MatchTimeout) throw TooSlow(text.Length, null);
                if (gap < match.Index) found.Add(new Found(gap, match.Index, false));
                if (match.Length > 0) found.Add(new Found(match.Index, match.Index + match.Length, true));
                gap = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException error)
        {
            throw TooSlow(text.Length, error);
        }
        if (gap < text.Length) found.Add(new Found(gap, text.Length, false));
    }

    private UserError TooSlow(int length, Exception? inner) =>
        new($"tokenizer pattern '{Short(source)}' took more than {regex.MatchTimeout.TotalSeconds} s on a text of {length} characters: simplify the pattern or shorten the text", inner: inner);

    private static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
