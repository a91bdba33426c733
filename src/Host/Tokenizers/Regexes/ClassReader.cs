// A bracket class: ranges, escapes, nested classes, POSIX brackets, negation and && (intersection, which binds loosest).
namespace FastTune.Tokenizers.Regexes;

internal ref struct ClassReader(PatternReader start, int depth = 0)
{
    private const int MaxDepth = 50;
    private PatternReader reader = start;

    /// <summary>Reads behind the opening bracket up to and with the closing one.</summary>
    public CodePointSet Read(out PatternReader rest)
    {
        if (depth > MaxDepth) throw reader.Error($"more than {MaxDepth} nested classes");
        bool negated = reader.Take('^');
        CodePointSet? left = null;
        var current = CodePointSet.Empty;
        bool first = true;
        while (first || reader.Peek != ']')
        {
            if (reader.Take("&&"))
            {
                left = left is null ? current : left.Intersect(current);
                current = CodePointSet.Empty;
            }
            else current = current.Union(Item());
            first = false;
        }
        reader.Next();
        rest = reader;
        var set = left is null ? current : left.Intersect(current);
        return negated ? set.Negate() : set;
    }

    private CodePointSet Item()
    {
        if (reader.Take("[:")) return Posix();
        if (reader.Take('[')) return new ClassReader(reader, depth + 1).Read(out reader);
        var low = Single(out int first);
        if (first < 0) return low;
        var behind = reader;
        if (!behind.Take('-') || behind.Peek is ']' or '[' or -1) return low;
        reader = behind;
        var high = Single(out int last);
        if (last < 0) return low.Union(CodePointSet.Of('-')).Union(high);
        return last >= first ? CodePointSet.Of(first, last) : throw reader.Error("a range whose end is before its start");
    }

    private CodePointSet Posix()
    {
        bool negated = reader.Take('^');
        var set = ClassNames.Named(reader.TakeUntil(":]"), ref reader);
        return negated ? set.Negate() : set;
    }

    /// <summary>One character (its code in <paramref name="codePoint"/>) or one escape that is a class (then -1).</summary>
    private CodePointSet Single(out int codePoint)
    {
        codePoint = -1;
        int c = reader.Next();
        if (c != '\\')
        {
            codePoint = c;
            return CodePointSet.Of(c);
        }
        if (reader.Peek == 'b')
        {
            codePoint = reader.Next() - 'b' + '\b';
            return CodePointSet.Of(codePoint);
        }
        var set = ClassNames.Escaped(ref reader);
        codePoint = set.Single;
        return set;
    }
}
