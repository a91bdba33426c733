// Oniguruma's (Ruby's) regular expressions, as tokenizer.json files have them, rewritten for .NET's engine on UTF-16.
// Every class becomes an explicit set of code points, so that no surrogate is ever seen as a character.
using System.Text;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Regexes;

internal ref struct RegexTranslator
{
    private const int MaxDepth = 100, MaxLength = 1 << 20;

    private readonly StringBuilder output;
    private PatternReader reader;
    private int depth;

    private RegexTranslator(string source)
    {
        reader = new PatternReader(source);
        output = new StringBuilder(source.Length * 4);
    }

    /// <summary>The same expression in .NET's syntax (RegexOptions.CultureInvariant and no other option).</summary>
    /// <exception cref="UserError">The expression is malformed or uses something that has no counterpart.</exception>
    public static string Translate(string source)
    {
        var translator = new RegexTranslator(source);
        translator.Alternatives(ignoreCase: false, dotAll: false);
        if (!translator.reader.AtEnd) throw translator.reader.Error("an unmatched )");
        return translator.output.ToString();
    }

    private void Alternatives(bool ignoreCase, bool dotAll)
    {
        if (++depth > MaxDepth) throw reader.Error($"more than {MaxDepth} nested groups");
        while (!reader.AtEnd && reader.Peek != ')')
        {
            if (reader.Take('|'))
            {
                output.Append('|');
                continue;
            }
            int item = output.Length;
            bool wasOption = Item(ref ignoreCase, ref dotAll);
            if (!wasOption) Quantifiers(item);
            if (output.Length > MaxLength) throw reader.Error("too many classes");
        }
        depth--;
    }

    /// <summary>Writes one item; true when it was an option such as (?i), which changes what follows and takes no quantifier.</summary>
    private bool Item(ref bool ignoreCase, ref bool dotAll)
    {
        int c = reader.Next();
        switch (c)
        {
            case '(': return Group(ref ignoreCase, ref dotAll);
            case '[': Set(new ClassReader(reader).Read(out reader), ignoreCase); break;
            case '.': Set(dotAll ? CodePointSet.Empty.Negate() : CodePointSet.Of('\n').Negate(), false); break;
            case '^': output.Append(@"(?:\A|(?<=\n)(?!\z))"); break;
            case '$': output.Append(@"(?=\n|\z)"); break;
            case '\\': Escape(ignoreCase); break;
            case '*' or '+' or '?': throw reader.Error("a quantifier with nothing before it");
            default: Set(CodePointSet.Of(c), ignoreCase); break;
        }
        return false;
    }

    private void Set(CodePointSet set, bool ignoreCase) => output.Append((ignoreCase ? set.IgnoringCase() : set).ToPattern());

    private void Escape(bool ignoreCase)
    {
        if (reader.AtEnd) throw reader.Error("a \\ at the end");
        if (reader.Peek is >= '1' and <= '9')
        {
            output.Append(@"(?:\").Append((char)reader.Next());
            output.Append(')');
            return;
        }
        switch (reader.Peek)
        {
            case 'A' or 'z' or 'Z' or 'G': output.Append('\\').Append((char)reader.Next()); return;
            case 'b' or 'B': Boundary(reader.Next() == 'b'); return;
            case 'R': reader.Next(); output.Append(@"(?>\r\n|[\n\v\f\r\u0085\u2028\u2029])"); return;
            case 'K' or 'X' or 'k' or 'g': throw reader.Error($"\\{(char)reader.Peek}, which is not supported");
            default: Set(ClassNames.Escaped(ref reader), ignoreCase); return;
        }
    }

    private void Boundary(bool isBoundary)
    {
        string word = ClassNames.Word.ToPattern();
        string both = $"(?<={word})(?={word})|(?<!{word})(?!{word})";
        output.Append(isBoundary ? $"(?!{both})" : $"(?:{both})");
    }

    private bool Group(ref bool ignoreCase, ref bool dotAll)
    {
        bool innerCase = ignoreCase, innerDot = dotAll;
        if (!reader.Take('?')) output.Append('(');
        else if (reader.TakeAny(":=!>", out char simple)) output.Append("(?").Append(simple);
        else if (reader.Take('#'))
        {
            while (!reader.AtEnd && reader.Next() != ')') { }
            return true;
        }
        else if (reader.Take('<')) LookBehindOrName();
        else if (Options(ref innerCase, ref innerDot))
        {
            (ignoreCase, dotAll) = (innerCase, innerDot);
            return true;
        }
        else output.Append("(?:");
        Alternatives(innerCase, innerDot);
        if (!reader.Take(')')) throw reader.Error("a group that is not closed");
        output.Append(')');
        return false;
    }

    private void LookBehindOrName()
    {
        if (reader.TakeAny("=!", out char kind))
        {
            output.Append("(?<").Append(kind);
            return;
        }
        while (!reader.AtEnd && reader.Next() != '>') { }
        output.Append('(');
    }

    /// <summary>Reads i, m, x and - up to : or ); true when the options stand alone, as in (?i).</summary>
    private bool Options(ref bool ignoreCase, ref bool dotAll)
    {
        bool on = true;
        while (!reader.AtEnd)
        {
            switch (reader.Next())
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'm': dotAll = on; break;
                case ':': return false;
                case ')': return true;
                default: throw reader.Error("a group option other than i and m");
            }
        }
        throw reader.Error("a group that is not closed");
    }

    /// <summary>Quantifiers behind the item that begins at <paramref name="item"/>. In Ruby's syntax + behind an interval
    /// repeats the interval and is not possessive.</summary>
    private void Quantifiers(int item)
    {
        while (!reader.AtEnd)
        {
            if (reader.TakeAny("*+?", out char simple))
            {
                output.Append(simple);
                if (reader.Take('?')) output.Append('?');
                else if (reader.Take('+')) Wrap(item, "(?>");
            }
            else if (reader.TakeInterval(out string interval, out bool exact))
            {
                output.Append(interval);
                if (!exact && reader.Take('?')) output.Append('?');
            }
            else return;
            Wrap(item, "(?:");
        }
    }

    private void Wrap(int item, string opening)
    {
        output.Insert(item, opening);
        output.Append(')');
    }
}
