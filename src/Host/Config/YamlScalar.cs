// What an unquoted YAML scalar means: YAML 1.1 as PyYAML reads it, with OmegaConf's fuller float syntax.
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace FastTune.Config;

internal static partial class YamlScalar
{
    private const int LongestNumber = 400;

    /// <summary>null, bool, long, BigInteger, double or the text itself.</summary>
    public static object? Resolve(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (Words.TryGetValue(text, out bool word)) return word;
        if (text.Length > LongestNumber || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')) return text;
        if (IntegerForm().IsMatch(text)) return Integer(text.Replace("_", ""));
        return FloatForm().IsMatch(text) && Real(text.Replace("_", "")) is { } real ? real : text;
    }

    private static readonly Dictionary<string, bool> Words = new[] { "yes", "true", "on" }
        .SelectMany(Spellings, (_, spelling) => (spelling, true))
        .Concat(new[] { "no", "false", "off" }.SelectMany(Spellings, (_, spelling) => (spelling, false)))
        .ToDictionary(pair => pair.spelling, pair => pair.Item2);

    private static string[] Spellings(string word) => [word, char.ToUpperInvariant(word[0]) + word[1..], word.ToUpperInvariant()];

    private static object Integer(string text)
    {
        bool negative = text[0] == '-';
        string digits = text.TrimStart('+', '-');
        var value = digits switch
        {
            ['0', 'b', ..] => Based(digits.AsSpan(2), 2),
            ['0', 'x', ..] => Based(digits.AsSpan(2), 16),
            ['0', _, ..] => Based(digits.AsSpan(1), 8),
            _ when digits.Contains(':') => digits.Split(':').Aggregate(BigInteger.Zero, (sum, part) => sum * 60 + Based(part, 10)),
            _ => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture),
        };
        if (negative) value = -value;
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private static BigInteger Based(ReadOnlySpan<char> digits, int numberBase)
    {
        var value = BigInteger.Zero;
        foreach (char digit in digits) value = value * numberBase + Convert.ToInt32(digit.ToString(), 16);
        return value;
    }

    private static double? Real(string text)
    {
        double sign = text[0] == '-' ? -1 : 1;
        string body = text.TrimStart('+', '-').ToLowerInvariant();
        if (body == ".inf") return sign * double.PositiveInfinity;
        if (body == ".nan") return double.NaN;
        if (!body.Contains(':')) return Parse(body) * sign;
        double? sum = 0;
        foreach (string part in body.Split(':')) sum = sum * 60 + Parse(part);
        return sum * sign;
    }

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    [GeneratedRegex(@"^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\z")]
    private static partial Regex IntegerForm();

    [GeneratedRegex(@"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?" +
        @"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex FloatForm();
}
