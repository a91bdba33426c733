// The table of filters: names, parameters as Jinja2 has them, and what each does.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>A filter or a test: its parameters (the value first) and its body.</summary>
internal sealed record Function(Signature Signature, Func<Interpreter, object[], object> Body);

internal static class Filters
{
    public static readonly IReadOnlyDictionary<string, Function> All = new Dictionary<string, Function>
    {
        ["abs"] = new("x", (_, a) => NumberFilters.Abs(a[0])),
        ["attr"] = new("obj, name", (it, a) => Members.OnlyAttribute(a[0], Args.Str(a[1]), it)),
        ["batch"] = new("value, linecount, fill_with=None", (_, a) => new Generator(ListFilters.Batch(a[0], Args.Int(a[1]), a[2]))),
        ["capitalize"] = new("s", (_, a) => PyCase.Capitalize(Args.Str(a[0]))),
        ["center"] = new("value, width=80", (it, a) => StringText.Center(Args.Str(a[0]), Args.Width(a[1], it.Budget), " ")),
        ["count"] = new("obj", (_, a) => Length(a[0])),
        ["d"] = new("value, default_value='', boolean=False", (_, a) => Default(a)),
        ["default"] = new("value, default_value='', boolean=False", (_, a) => Default(a)),
        ["dictsort"] = new("value, case_sensitive=False, by='key', reverse=False", (_, a) => ListFilters.DictSort(a[0], PyType.Truth(a[1]), Args.Str(a[2]), PyType.Truth(a[3]))),
        ["e"] = new("s", (_, a) => Markup.Escape(a[0])),
        ["escape"] = new("s", (_, a) => Markup.Escape(a[0])),
        ["filesizeformat"] = new("value, binary=False", (_, a) => NumberFilters.FileSize(a[0], PyType.Truth(a[1]))),
        ["first"] = new("seq", (_, a) => Iteration.Of(a[0]).FirstOrDefault() ?? new Undefined("No first item, sequence was empty.")),
        ["float"] = new("value, default=0", (_, a) => NumberFilters.Float(a[0], a[1])),
        ["forceescape"] = new("value", (_, a) => Markup.Escape(Args.Str(a[0]))),
        ["format"] = new("value, *args, **kwargs", (it, a) => TextFilters.Format(a, it)),
        ["groupby"] = new("value, attribute, default=None, case_sensitive=False", (it, a) => ListFilters.GroupBy(a, it)),
        ["indent"] = new("s, width=4, first=False, blank=False", (it, a) => TextFilters.Indent(a, it)),
        ["int"] = new("value, default=0, base=10", (_, a) => NumberFilters.Int(a[0], a[1], Args.Int(a[2]))),
        ["items"] = new("value", (_, a) => new Generator(ListFilters.Items(a[0]))),
        ["join"] = new("value, d='', attribute=None", (it, a) => TextFilters.Join(a, it)),
        ["last"] = new("seq", (_, a) => ListFilters.Last(a[0])),
        ["length"] = new("obj", (_, a) => Length(a[0])),
        ["list"] = new("value", (_, a) => Iteration.Of(a[0]).ToList()),
        ["lower"] = new("s", (_, a) => PyCase.Lower(Args.Str(a[0]))),
        ["map"] = new("value, *args, **kwargs", (it, a) => new Generator(Selection.Map(a[0], (PyTuple)a[1], (PyDict)a[2], it))),
        ["max"] = new("value, case_sensitive=False, attribute=None", (it, a) => ListFilters.Extreme(a, it, sign: 1)),
        ["min"] = new("value, case_sensitive=False, attribute=None", (it, a) => ListFilters.Extreme(a, it, sign: -1)),
        ["pprint"] = new("value", (_, a) => PrettyPrint.Of(a[0])),
        ["random"] = new("seq", (_, a) => Iteration.ToList(a[0]) is { Count: > 0 } items ? items[Random.Shared.Next(items.Count)] : new Undefined("No random item, sequence was empty.")),
        ["reject"] = new("value, *args, **kwargs", (it, a) => new Generator(Selection.Select(a, it, keep: false, byAttribute: false))),
        ["rejectattr"] = new("value, *args, **kwargs", (it, a) => new Generator(Selection.Select(a, it, keep: false, byAttribute: true))),
        ["replace"] = new("s, old, new, count=None", (it, a) => StringText.Replace(Args.Str(a[0]), Args.Str(a[1]), Args.Str(a[2]), a[3] is PyNone ? -1 : Args.Int(a[3]), it.Budget)),
        ["reverse"] = new("value", (_, a) => ListFilters.Reverse(a[0])),
        ["round"] = new("value, precision=0, method='common'", (_, a) => NumberFilters.Round(a[0], Args.Int(a[1]), Args.Str(a[2]))),
        ["safe"] = new("value", (_, a) => new Markup(Args.Str(a[0]))),
        ["select"] = new("value, *args, **kwargs", (it, a) => new Generator(Selection.Select(a, it, keep: true, byAttribute: false))),
        ["selectattr"] = new("value, *args, **kwargs", (it, a) => new Generator(Selection.Select(a, it, keep: true, byAttribute: true))),
        ["slice"] = new("value, slices, fill_with=None", (_, a) => new Generator(ListFilters.Slice(a[0], Args.Int(a[1]), a[2]))),
        ["sort"] = new("value, reverse=False, case_sensitive=False, attribute=None", (it, a) => ListFilters.Sort(a, it)),
        ["string"] = new("s", (_, a) => a[0] as Markup as object ?? Args.Str(a[0])),
        ["striptags"] = new("value", (_, a) => TextFilters.StripTags(Args.Str(a[0]))),
        ["sum"] = new("iterable, attribute=None, start=0", (it, a) => ListFilters.Sum(a, it)),
        ["title"] = new("s", (_, a) => TextFilters.Title(Args.Str(a[0]))),
        ["tojson"] = new("x, ensure_ascii=False, indent=None, separators=None, sort_keys=False", (it, a) => TextFilters.ToJson(a, it)),
        ["trim"] = new("value, chars=None", (_, a) => StringText.Strip(Args.Str(a[0]), Args.OptionalText(a[1]), start: true, end: true)),
        ["truncate"] = new("s, length=255, killwords=False, end='...', leeway=None", (_, a) => TextFilters.Truncate(a)),
        ["unique"] = new("value, case_sensitive=False, attribute=None", (it, a) => new Generator(ListFilters.Unique(a, it))),
        ["upper"] = new("s", (_, a) => PyCase.Upper(Args.Str(a[0]))),
        ["urlencode"] = new("value", (_, a) => TextFilters.UrlEncode(a[0])),
        ["urlize"] = new("value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None", (_, a) => Urlize.Apply(a)),
        ["wordcount"] = new("s", (_, a) => TextFilters.WordCount(Args.Str(a[0]))),
        ["wordwrap"] = new("s, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True", (_, a) => WordWrap.Apply(a)),
        ["xmlattr"] = new("d, autospace=True", (_, a) => TextFilters.XmlAttributes(a[0], PyType.Truth(a[1]))),
    };

    private static object Length(object value) => new System.Numerics.BigInteger(Iteration.Length(value));

    private static object Default(object[] a) => a[0] is Undefined || (PyType.Truth(a[2]) && !PyType.Truth(a[0])) ? a[1] : a[0];
}
