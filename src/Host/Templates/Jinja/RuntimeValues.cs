// Values that only a running template has: safe text, ranges, generators, views of dictionaries, namespaces, bytes.
using System.Globalization;
using System.Numerics;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>Text that counts as escaped.</summary>
internal sealed record Markup(string Text) : IPyValue, IPyText, IPyEquatable
{
    public string TypeName => "Markup";

    public bool Truth => Text.Length > 0;

    public string Repr() => $"Markup({PyText.Quoted(Text)})";

    public string Str() => Text;

    public bool EqualTo(object other) => PyOrder.AsText(other) == Text;

    public int Hash() => Text.GetHashCode();

    /// <summary>The value as escaped text; safe text stays as it is.</summary>
    public static Markup Escape(object value) => value as Markup ?? new Markup(PyText.Str(value)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal));
}

/// <summary>range(start, stop, step).</summary>
internal sealed record PyRange(BigInteger Start, BigInteger Stop, BigInteger Step) : IPyValue, IPyEquatable
{
    public string TypeName => "range";

    public int Count { get; } = (int)BigInteger.Min(int.MaxValue, Length(Start, Stop, Step));

    public bool Truth => Count > 0;

    public object this[int place] => Start + (place * Step);

    public string Repr() => Step.IsOne ? $"range({Start}, {Stop})" : $"range({Start}, {Stop}, {Step})";

    public bool EqualTo(object other) => other is PyRange range && range.Count == Count && (Count == 0 || (range.Start == Start && (Count == 1 || range.Step == Step)));

    public int Hash() => HashCode.Combine(Count, Start);

    public IEnumerable<object> Items()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    public static BigInteger Length(BigInteger start, BigInteger stop, BigInteger step)
    {
        var distance = step.Sign > 0 ? stop - start : start - stop;
        return distance.Sign <= 0 ? 0 : ((distance - 1) / BigInteger.Abs(step)) + 1;
    }
}

/// <summary>Values that are made when they are asked for, and only once.</summary>
internal sealed class Generator(IEnumerable<object> items, string typeName = "generator") : IPyValue
{
    private readonly IEnumerator<object> _items = items.GetEnumerator();

    public string TypeName => typeName;

    public string Repr() => $"<{typeName} object>";

    public bool TryNext(out object item)
    {
        bool found = _items.MoveNext();
        item = found ? _items.Current : PyNone.Value;
        return found;
    }

    public IEnumerable<object> Rest()
    {
        while (TryNext(out object item)) yield return item;
    }
}

/// <summary>What keys(), values() and items() of a dictionary give.</summary>
internal sealed record DictView(string TypeName, PyDict Dict, Func<PyDict, IEnumerable<object>> Select) : IPyValue
{
    public bool Truth => Dict.Count > 0;

    public IEnumerable<object> Items => Select(Dict);

    public string Repr() => $"{TypeName}({PyText.Repr(Items.ToList())})";
}

/// <summary>namespace(…): the one value that a template can change.</summary>
internal sealed record Namespace(PyDict Attributes) : IPyValue
{
    public string TypeName => "Namespace";

    public string Repr() => $"<Namespace {PyText.Repr(Attributes)}>";

    public void Set(string name, object value)
    {
        if (name.StartsWith('_'))
            throw new PyError(PyErrorKind.Security, $"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{name}'. Please rename the attribute.");
        Attributes[name] = value;
    }
}

/// <summary>Bytes, as str.encode gives them: they print, and no more.</summary>
internal sealed record PyBytes(byte[] Data) : IPyValue
{
    public string TypeName => "bytes";

    public bool Truth => Data.Length > 0;

    public string Repr()
    {
        char quote = Data.Contains((byte)'\'') && !Data.Contains((byte)'"') ? '"' : '\'';
        var builder = new StringBuilder("b").Append(quote);
        foreach (byte b in Data)
        {
            if (b == quote || b == '\\') builder.Append('\\').Append((char)b);
            else if (b is (byte)'\n') builder.Append("\\n");
            else if (b is (byte)'\r') builder.Append("\\r");
            else if (b is (byte)'\t') builder.Append("\\t");
            else if (b is >= 32 and < 127) builder.Append((char)b);
            else builder.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return builder.Append(quote).ToString();
    }
}
