// Filters that make text: indent, join, tojson, truncate, title, urlencode and their like.
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static partial class TextFilters
{
    private const int Leeway = 5; // Jinja2's policy for truncate

    public static object Format(object[] a, Interpreter interpreter)
    {
        var (rest, named) = ((PyTuple)a[1], (PyDict)a[2]);
        if (rest.Items.Count > 0 && named.Count > 0) throw new PyError(PyErrorKind.Runtime, "can't handle positional and keyword arguments at the same time");
        return PercentFormat.Apply(Args.Str(a[0]), named.Count > 0 ? named : rest, interpreter.Budget);
    }

    public static object Indent(object[] a, Interpreter interpreter)
    {
        string indent = PyOrder.AsText(a[1]) ?? new string(' ', Math.Max(0, Args.Width(a[1], interpreter.Budget)));
        var lines = StringText.Lines(Args.Text(a[0]) + "\n", keepEnds: false).ToList();
        interpreter.Budget.Charge((long)indent.Length * lines.Count);
        bool blank = PyType.Truth(a[3]);
        var rest = lines.Skip(1).Select(line => blank || line.Length > 0 ? indent + line : line);
        return (PyType.Truth(a[2]) ? indent : "") + string.Join('\n', rest.Prepend(lines[0]));
    }

    public static object Join(object[] a, Interpreter interpreter)
    {
        var get = Selection.Getter(a[2], interpreter);
        var texts = Iteration.Of(a[0]).Select(object (item) => Args.Str(get(item)));
        return StringText.Join(Args.Str(a[1]), new Generator(texts), interpreter.Budget);
    }

    public static object ToJson(object[] a, Interpreter interpreter)
    {
        string? item = null, key = ": ";
        if (a[3] is not PyNone)
        {
            var pair = Iteration.ToList(a[3]);
            if (pair.Count != 2) throw PyError.Value("separators must be a pair");
            (item, key) = (Args.Text(pair[0]), Args.Text(pair[1]));
        }
        string? indent = a[2] is PyNone ? null : PyOrder.AsText(a[2]) ?? new string(' ', Math.Max(0, Args.Width(a[2], interpreter.Budget)));
        string text = PyJsonWriter.Write(a[0], new PyJsonOptions(PyType.Truth(a[1]), indent, item, key, PyType.Truth(a[4])));
        interpreter.Budget.Charge(text.Length);
        return text;
    }

    public static string Truncate(object[] a)
    {
        string text = Args.Text(a[0]), end = Args.Text(a[3]);
        int length = Args.Int(a[1]), leeway = a[4] is PyNone ? Leeway : Args.Int(a[4]), endLength = PyStrings.Length(end);
        if (length < endLength) throw PyError.Value($"expected length >= {endLength}, got {length}");
        if (PyStrings.Length(text) <= length + leeway) return text;
        string cut = text[..PyStrings.ToUnits(text, length - endLength)];
        if (PyType.Truth(a[2])) return cut + end;
        int space = cut.LastIndexOf(' ');
        return (space < 0 ? cut : cut[..space]) + end;
    }

    public static string Title(string text) => string.Concat(WordStarts().Split(text).Where(part => part.Length > 0).Select(part =>
    {
        int first = PyStrings.ToUnits(part, 1);
        return PyCase.Upper(part[..first]) + PyCase.Lower(part[first..]);
    }));

    public static object WordCount(string text) => new BigInteger(Word().Count(text));

    public static Markup StripTags(string text) =>
        new(WebUtility.HtmlDecode(string.Join(' ', Tag().Replace(Comment().Replace(text, ""), "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

    public static object UrlEncode(object value)
    {
        if (PyOrder.AsText(value) is { } text) return Quote(text, query: false);
        if (Iteration.TryOf(value) is null) return Quote(Args.Str(value), query: false);
        var pairs = value is PyDict dict ? Methods.Pairs(dict) : Iteration.Of(value);
        return string.Join('&', pairs.Select(Iteration.ToList).Select(pair => $"{Quote(Args.Str(pair[0]), query: true)}={Quote(Args.Str(pair[1]), query: true)}"));
    }

    public static object XmlAttributes(object value, bool space)
    {
        if (value is not PyDict dict) throw new PyError(PyErrorKind.Lookup, $"'{PyType.Name(value)}' object has no attribute 'items'");
        var attributes = new List<string>();
        foreach (var (key, item) in dict.Items)
        {
            if (item is PyNone or Undefined) continue;
            if (Args.Str(key).Any(c => char.IsWhiteSpace(c) || c is '/' or '>' or '=')) throw PyError.Value($"Invalid character in attribute name: {PyText.Repr(key)}");
            attributes.Add($"{Markup.Escape(key).Text}=\"{Markup.Escape(item).Text}\"");
        }
        return (space && attributes.Count > 0 ? " " : "") + string.Join(' ', attributes);
    }

    private static string Quote(string text, bool query)
    {
        var builder = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~' || (b == '/' && !query)) builder.Append((char)b);
            else if (b == ' ' && query) builder.Append('+');
            else builder.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        return builder.ToString();
    }

    [GeneratedRegex(@"([-\s({\[<]+)")]
    private static partial Regex WordStarts();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("<.*?>", RegexOptions.Singleline)]
    private static partial Regex Tag();
}
