// The filter urlize: addresses in a text become links.
using System.Text.RegularExpressions;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static partial class Urlize
{
    public static object Apply(object[] a)
    {
        int? limit = a[1] is PyNone ? null : Args.Int(a[1]);
        var rel = (Args.OptionalText(a[4]) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        if (PyType.Truth(a[2])) rel.Add("nofollow");
        rel.Add("noopener");
        string attributes = $" rel=\"{Markup.Escape(string.Join(' ', rel.Order(StringComparer.Ordinal))).Text}\""
            + (Args.OptionalText(a[3]) is { } target ? $" target=\"{Markup.Escape(target).Text}\"" : "");
        return string.Concat(Words().Split(Markup.Escape(Args.Str(a[0])).Text).Select(word => Link(word, limit, attributes)));
    }

    private static string Link(string word, int? limit, string attributes)
    {
        string head = Head().Match(word).Value;
        string middle = word[head.Length..];
        string tail = Tail().Match(middle).Value;
        middle = middle[..^tail.Length];
        bool isUrl = Address().IsMatch(middle);
        string href = isUrl ? (middle.StartsWith("http", StringComparison.Ordinal) ? middle : "https://" + middle) : "";
        if (!isUrl && middle.Contains('@') && Mail().IsMatch(middle)) return $"{head}<a href=\"mailto:{middle}\">{middle}</a>{tail}";
        string shown = limit is { } most && middle.Length > most ? middle[..most] + "..." : middle;
        return isUrl ? $"{head}<a href=\"{href}\"{attributes}>{shown}</a>{tail}" : word;
    }

    [GeneratedRegex(@"(\s+)")]
    private static partial Regex Words();

    [GeneratedRegex(@"^([(<]|&lt;)+")]
    private static partial Regex Head();

    [GeneratedRegex(@"([)>.,\n]|&gt;)+$")]
    private static partial Regex Tail();

    [GeneratedRegex(@"^(https?://|www\.)?(([\w%-]+\.)+(com|net|int|edu|gov|org|info|mil)|(?<=(https?://|www\.))[\w%-]+(\.[\w%-]+)*)(:\d{1,5})?([/?#]\S*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex(@"^\S+@\w[\w.-]*\.\w+$")]
    private static partial Regex Mail();
}
