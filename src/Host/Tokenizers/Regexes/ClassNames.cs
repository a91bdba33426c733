// Escapes and names of character classes: \d \s \w \p{...} and the POSIX names, in Unicode 16 as the reference has them.
using System.Collections.Concurrent;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Regexes;

internal static class ClassNames
{
    private static readonly ConcurrentDictionary<string, CodePointSet?> Cache = new();

    private static readonly string[] Categories =
        ["lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn"];

    public static CodePointSet Word => Find("word")!;

    /// <summary>True for what \\w matches: alphabetic, marks, decimal digits and connectors.</summary>
    public static bool IsWord(int c) => IsAlphanumeric(c) || c is 0xB2 or 0xB3 or 0xB9 or >= 0xBC and <= 0xBE;

    private static bool IsAlphanumeric(int c) =>
        (CodePoints.Kind(c) & (CodePoints.Letter | CodePoints.LetterNumber | CodePoints.Mark | CodePoints.DecimalDigit | CodePoints.ConnectorPunctuation)) != 0
        || c is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;

    /// <summary>What the reference's other engine (Rust's) takes for a word character: the joiners too, no superscripts.</summary>
    public static bool IsWordOrJoiner(int c) => IsAlphanumeric(c) || c is 0x200C or 0x200D;

    /// <summary>What stands behind a backslash: a class or a single character.</summary>
    public static CodePointSet Escaped(ref PatternReader reader)
    {
        int c = reader.Next();
        switch (c)
        {
            case 'd' or 's' or 'w' or 'h': return Find(Named((char)c))!;
            case 'D' or 'S' or 'W' or 'H': return Find(Named(char.ToLowerInvariant((char)c)))!.Negate();
            case 'p' or 'P': return Property(ref reader, negated: c == 'P');
            case 't': return CodePointSet.Of('\t');
            case 'n': return CodePointSet.Of('\n');
            case 'r': return CodePointSet.Of('\r');
            case 'f': return CodePointSet.Of('\f');
            case 'v': return CodePointSet.Of('\v');
            case 'a': return CodePointSet.Of('\a');
            case 'e': return CodePointSet.Of(0x1B);
            case '0': return CodePointSet.Of(0);
            case 'u': return CodePointSet.Of(reader.TakeHex(4, 4));
            case 'x': return CodePointSet.Of(HexCode(ref reader));
            default:
                return c < 0x80 && char.IsAsciiLetterOrDigit((char)c) ? throw reader.Error($"\\{(char)c}, which is not supported") : CodePointSet.Of(c);
        }
    }

    /// <summary>The class of this name (case, spaces, _ and - do not matter).</summary>
    public static CodePointSet Named(string name, ref PatternReader reader) =>
        Find(Normal(name)) ?? throw reader.Error($"the unknown class '{name}'");

    private static CodePointSet Property(ref PatternReader reader, bool negated)
    {
        if (!reader.Take('{')) throw reader.Error("\\p without a name in braces");
        if (reader.Take('^')) negated = !negated;
        var set = Named(reader.TakeUntil("}"), ref reader);
        return negated ? set.Negate() : set;
    }

    private static int HexCode(ref PatternReader reader)
    {
        if (!reader.Take('{')) return reader.TakeHex(1, 2);
        int code = reader.TakeHex(1, 8);
        return reader.Take('}') ? code : throw reader.Error("a character code that is not closed");
    }

    private static string Named(char letter) => letter switch { 'd' => "digit", 's' => "space", 'w' => "word", _ => "xdigit" };

    private static string Normal(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();

    private static CodePointSet? Find(string name) => Cache.GetOrAdd(name, Make);

    private static CodePointSet? Make(string name)
    {
        int category = Array.IndexOf(Categories, name);
        if (category == 16) return CodePointSet.Empty;
        if (category == 14) return CodePointSet.From([(0, 31), (127, 159)]);
        if (category >= 0) return CodePointSet.OfKind(1u << category);
        return name switch
        {
            "l" or "letter" => CodePointSet.OfKind(CodePoints.Letter),
            "m" or "mark" => CodePointSet.OfKind(CodePoints.Mark),
            "n" or "number" => CodePointSet.OfKind(CodePoints.Number),
            "p" or "punctuation" => CodePointSet.OfKind(CodePoints.Punctuation),
            "s" or "symbol" => CodePointSet.OfKind(CodePoints.Symbol),
            "punct" => CodePointSet.OfKind(CodePoints.Punctuation).Union(CodePointSet.From([('$', '$'), ('+', '+'), ('<', '>'), ('^', '^'), ('`', '`'), ('|', '|'), ('~', '~')])),
            "z" or "separator" => CodePointSet.OfKind(0x7u << 11),
            "c" or "other" => CodePointSet.OfKind(1u << 15 | 1u << 17 | 1u << 29).Union(CodePointSet.From([(0, 31), (127, 159)])),
            "digit" => CodePointSet.OfKind(CodePoints.DecimalDigit),
            "space" or "whitespace" => CodePointSet.OfKind(CodePoints.White),
            "blank" => CodePointSet.OfKind(1u << 11).Union(CodePointSet.Of('\t')),
            "cntrl" => CodePointSet.From([(0, 31), (127, 159)]),
            "xdigit" => CodePointSet.From([('0', '9'), ('A', 'F'), ('a', 'f')]),
            "upper" or "uppercase" => CodePointSet.OfKind(CodePoints.Lu),
            "lower" or "lowercase" => CodePointSet.OfKind(CodePoints.Ll),
            "any" => CodePointSet.Empty.Negate(),
            "ascii" => CodePointSet.Of(0, 0x7F),
            "alpha" or "alphabetic" => Alphabetic(),
            "alnum" => Alphabetic().Union(CodePointSet.OfKind(CodePoints.DecimalDigit)),
            "word" => CodePointSet.Where(IsWord),
            _ => Scripts.Find(name),
        };
    }

    // Letters, letter numbers, marks and the circled and squared letters (the symbols among Other_Alphabetic).
    private static CodePointSet Alphabetic() =>
        CodePointSet.OfKind(CodePoints.Letter | CodePoints.LetterNumber | CodePoints.Mark)
            .Union(CodePointSet.From([(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]));
}
