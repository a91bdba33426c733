// The methods of Python's str, by name.
using System.Globalization;
using System.Numerics;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class StringMethods
{
    private const string Span = ", start=0, end=9223372036854775807";

    public static readonly IReadOnlyDictionary<string, Method> All = new Dictionary<string, Method>
    {
        ["capitalize"] = new("", (_, s, _) => PyCase.Capitalize(Of(s))),
        ["casefold"] = new("", (_, s, _) => PyCase.Fold(Of(s))),
        ["center"] = new("width, fill=' '", (it, s, a) => StringText.Center(Of(s), Args.Width(a[0], it.Budget), Args.Text(a[1]))),
        ["count"] = new("sub" + Span, (_, s, a) => Count(Window(Of(s), a[1], a[2]).Text, Args.Text(a[0]))),
        ["encode"] = new("encoding='utf-8', errors='strict'", (_, s, _) => new PyBytes(Encoding.UTF8.GetBytes(Of(s)))),
        ["endswith"] = new("suffix" + Span, (_, s, a) => Affix(Of(s), a, (text, part) => text.EndsWith(part, StringComparison.Ordinal))),
        ["expandtabs"] = new("tabsize=8", (it, s, a) => StringText.ExpandTabs(Of(s), Args.Int(a[0]), it.Budget)),
        ["find"] = new("sub" + Span, (_, s, a) => Find(Of(s), a, last: false)),
        ["format"] = new("*args, **kwargs", (it, s, a) => new BraceFormat(it, ((PyTuple)a[0]).Items, (PyDict)a[1]).Apply(Of(s))),
        ["format_map"] = new("mapping", (it, s, a) => new BraceFormat(it, [], a[0] as PyDict ?? throw PyError.Type("format_map() needs a mapping")).Apply(Of(s))),
        ["index"] = new("sub" + Span, (_, s, a) => Found(Find(Of(s), a, last: false))),
        ["isalnum"] = new("", (_, s, _) => AllRunes(s, rune => IsAlpha(rune) || IsNumeric(rune))),
        ["isalpha"] = new("", (_, s, _) => AllRunes(s, IsAlpha)),
        ["isascii"] = new("", (_, s, _) => Ascii.IsValid(Of(s))),
        ["isdecimal"] = new("", (_, s, _) => AllRunes(s, rune => CharUnicodeInfo.GetDecimalDigitValue(PyStrings.OfRune(rune), 0) >= 0)),
        ["isdigit"] = new("", (_, s, _) => AllRunes(s, rune => CharUnicodeInfo.GetDigitValue(PyStrings.OfRune(rune), 0) >= 0)),
        ["isidentifier"] = new("", (_, s, _) => IsIdentifier(Of(s))),
        ["islower"] = new("", (_, s, _) => StringText.IsLower(Of(s))),
        ["isnumeric"] = new("", (_, s, _) => AllRunes(s, IsNumeric)),
        ["isprintable"] = new("", (_, s, _) => PyText.Runes(Of(s)).All(PyText.Printable)),
        ["isspace"] = new("", (_, s, _) => Of(s).Length > 0 && Of(s).All(PyStrings.IsSpace)),
        ["istitle"] = new("", (_, s, _) => PyText.Runes(Of(s)).Any(PyCase.IsCased) && PyCase.TitleWords(Of(s)) == Of(s)),
        ["isupper"] = new("", (_, s, _) => StringText.IsUpper(Of(s))),
        ["join"] = new("iterable", (it, s, a) => StringText.Join(Of(s), a[0], it.Budget)),
        ["ljust"] = new("width, fill=' '", (it, s, a) => Pad(Of(s), Args.Width(a[0], it.Budget), Args.Text(a[1]), left: false)),
        ["lower"] = new("", (_, s, _) => PyCase.Lower(Of(s))),
        ["lstrip"] = new("chars=None", (_, s, a) => StringText.Strip(Of(s), Args.OptionalText(a[0]), start: true, end: false)),
        ["partition"] = new("sep", (_, s, a) => Partition(Of(s), Args.Text(a[0]), last: false)),
        ["removeprefix"] = new("prefix", (_, s, a) => Of(s).StartsWith(Args.Text(a[0]), StringComparison.Ordinal) ? Of(s)[Args.Text(a[0]).Length..] : Of(s)),
        ["removesuffix"] = new("suffix", (_, s, a) => Of(s).EndsWith(Args.Text(a[0]), StringComparison.Ordinal) ? Of(s)[..^Args.Text(a[0]).Length] : Of(s)),
        ["replace"] = new("old, new, count=-1", (it, s, a) => StringText.Replace(Of(s), Args.Text(a[0]), Args.Text(a[1]), Args.Int(a[2]), it.Budget)),
        ["rfind"] = new("sub" + Span, (_, s, a) => Find(Of(s), a, last: true)),
        ["rindex"] = new("sub" + Span, (_, s, a) => Found(Find(Of(s), a, last: true))),
        ["rjust"] = new("width, fill=' '", (it, s, a) => Pad(Of(s), Args.Width(a[0], it.Budget), Args.Text(a[1]), left: true)),
        ["rpartition"] = new("sep", (_, s, a) => Partition(Of(s), Args.Text(a[0]), last: true)),
        ["rsplit"] = new("sep=None, maxsplit=-1", (it, s, a) => StringText.Split(Of(s), Args.OptionalText(a[0]), Args.Int(a[1]), fromEnd: true, it.Budget)),
        ["rstrip"] = new("chars=None", (_, s, a) => StringText.Strip(Of(s), Args.OptionalText(a[0]), start: false, end: true)),
        ["split"] = new("sep=None, maxsplit=-1", (it, s, a) => StringText.Split(Of(s), Args.OptionalText(a[0]), Args.Int(a[1]), fromEnd: false, it.Budget)),
        ["splitlines"] = new("keepends=False", (_, s, a) => StringText.Lines(Of(s), PyType.Truth(a[0])).ToList<object>()),
        ["startswith"] = new("prefix" + Span, (_, s, a) => Affix(Of(s), a, (text, part) => text.StartsWith(part, StringComparison.Ordinal))),
        ["strip"] = new("chars=None", (_, s, a) => StringText.Strip(Of(s), Args.OptionalText(a[0]), start: true, end: true)),
        ["swapcase"] = new("", (_, s, _) => PyCase.Swap(Of(s))),
        ["title"] = new("", (_, s, _) => PyCase.TitleWords(Of(s))),
        ["translate"] = new("table", (it, s, a) => Translate(Of(s), a[0], it)),
        ["upper"] = new("", (_, s, _) => PyCase.Upper(Of(s))),
        ["zfill"] = new("width", (it, s, a) => ZeroFill(Of(s), Args.Width(a[0], it.Budget))),
    };

    private static string Of(object self) => (string)self;

    private static bool AllRunes(object self, Func<int, bool> test) => Of(self).Length > 0 && PyText.Runes(Of(self)).All(test);

    private static bool IsAlpha(int rune) => CharUnicodeInfo.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsNumeric(int rune) => CharUnicodeInfo.GetNumericValue(PyStrings.OfRune(rune), 0) >= 0;

    private static bool IsIdentifier(string text) => text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    // The part of a text between two places in code points, and where it begins; null when start lies behind the end.
    private static (string Text, int Start, bool Valid) Window(string text, object start, object end)
    {
        int length = PyStrings.Length(text);
        var places = Slices.Places(length, start is PyNone ? null : PyNumber.Integer(start), end is PyNone ? null : PyNumber.Integer(end), null);
        if (places.Count == 0) return ("", (int)places.Start, places.Start == places.Stop && (start is PyNone || PyNumber.Integer(start) <= length));
        int from = PyStrings.ToUnits(text, (int)places.Start);
        return (text[from..PyStrings.ToUnits(text, (int)places.Stop)], (int)places.Start, true);
    }

    private static object Affix(string text, object[] a, Func<string, string, bool> has)
    {
        var window = Window(text, a[1], a[2]);
        var parts = a[0] is PyTuple tuple ? tuple.Items.Select(Args.Text) : [Args.Text(a[0])];
        return window.Valid && parts.Any(part => has(window.Text, part));
    }

    private static object Find(string text, object[] a, bool last)
    {
        var window = Window(text, a[1], a[2]);
        string part = Args.Text(a[0]);
        int at = last ? window.Text.LastIndexOf(part, StringComparison.Ordinal) : window.Text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 || !window.Valid ? BigInteger.MinusOne : new BigInteger(window.Start + PyStrings.ToPlace(window.Text, at));
    }

    private static object Found(object place) => (BigInteger)place < 0 ? throw PyError.Value("substring not found") : place;

    private static object Count(string text, string part)
    {
        if (part.Length == 0) return new BigInteger(PyStrings.Length(text) + 1);
        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal)) count++;
        return new BigInteger(count);
    }

    private static PyTuple Partition(string text, string separator, bool last)
    {
        if (separator.Length == 0) throw PyError.Value("empty separator");
        int at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0) return last ? new PyTuple(["", "", text]) : new PyTuple([text, "", ""]);
        return new PyTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static string Pad(string text, int width, string fill, bool left)
    {
        if (PyStrings.Length(fill) != 1) throw PyError.Type("The fill character must be exactly one character long");
        string padding = string.Concat(Enumerable.Repeat(fill, Math.Max(0, width - PyStrings.Length(text))));
        return left ? padding + text : text + padding;
    }

    private static string ZeroFill(string text, int width)
    {
        int missing = Math.Max(0, width - PyStrings.Length(text));
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + new string('0', missing) + text[sign..];
    }

    private static object Translate(string text, object table, Interpreter interpreter)
    {
        var builder = new StringBuilder();
        foreach (int rune in PyText.Runes(text))
        {
            object to = Members.Item(table, new BigInteger(rune), interpreter);
            if (to is Undefined) builder.Append(PyStrings.OfRune(rune));
            else if (PyNumber.IsInteger(to)) builder.Append(PyStrings.OfRune(Args.Int(to)));
            else if (to is not PyNone) builder.Append(Args.Text(to));
        }
        interpreter.Budget.Charge(builder.Length);
        return builder.ToString();
    }
}
