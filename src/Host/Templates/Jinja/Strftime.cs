// C's strftime in the C locale, with the unpadded forms of glibc.
using System.Globalization;
using System.Text;

namespace FastTune.Templates.Jinja;

internal static class Strftime
{
    private static readonly CultureInfo C = CultureInfo.InvariantCulture;

    private static readonly Dictionary<char, Func<DateTime, string>> Codes = new()
    {
        ['a'] = time => time.ToString("ddd", C),
        ['A'] = time => time.ToString("dddd", C),
        ['b'] = time => time.ToString("MMM", C),
        ['h'] = time => time.ToString("MMM", C),
        ['B'] = time => time.ToString("MMMM", C),
        ['c'] = time => $"{time.ToString("ddd MMM", C)} {time.Day,2} {time.ToString("HH:mm:ss yyyy", C)}",
        ['C'] = time => (time.Year / 100).ToString("00", C),
        ['d'] = time => time.ToString("dd", C),
        ['D'] = time => time.ToString("MM/dd/yy", C),
        ['e'] = time => $"{time.Day,2}",
        ['f'] = time => time.ToString("ffffff", C),
        ['F'] = time => time.ToString("yyyy-MM-dd", C),
        ['g'] = time => (ISOWeek.GetYear(time) % 100).ToString("00", C),
        ['G'] = time => ISOWeek.GetYear(time).ToString(C),
        ['H'] = time => time.ToString("HH", C),
        ['I'] = time => time.ToString("hh", C),
        ['j'] = time => time.DayOfYear.ToString("000", C),
        ['k'] = time => $"{time.Hour,2}",
        ['l'] = time => $"{(time.Hour + 11) % 12 + 1,2}",
        ['m'] = time => time.ToString("MM", C),
        ['M'] = time => time.ToString("mm", C),
        ['n'] = _ => "\n",
        ['p'] = time => time.Hour < 12 ? "AM" : "PM",
        ['P'] = time => time.Hour < 12 ? "am" : "pm",
        ['r'] = time => time.ToString("hh:mm:ss ", C) + (time.Hour < 12 ? "AM" : "PM"),
        ['R'] = time => time.ToString("HH:mm", C),
        ['s'] = time => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds().ToString(C),
        ['S'] = time => time.ToString("ss", C),
        ['t'] = _ => "\t",
        ['T'] = time => time.ToString("HH:mm:ss", C),
        ['u'] = time => ((((int)time.DayOfWeek + 6) % 7) + 1).ToString(C),
        ['U'] = time => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", C),
        ['V'] = time => ISOWeek.GetWeekOfYear(time).ToString("00", C),
        ['w'] = time => ((int)time.DayOfWeek).ToString(C),
        ['W'] = time => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", C),
        ['x'] = time => time.ToString("MM/dd/yy", C),
        ['X'] = time => time.ToString("HH:mm:ss", C),
        ['y'] = time => time.ToString("yy", C),
        ['Y'] = time => time.Year.ToString(C),
        ['z'] = _ => "",
        ['Z'] = _ => "",
        ['%'] = _ => "%",
    };

    public static string Format(DateTime time, string format)
    {
        var builder = new StringBuilder();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                builder.Append(format[at]);
                continue;
            }
            char flag = format[at + 1] is '-' or '_' or '0' or '^' && at + 2 < format.Length ? format[at + 1] : '\0';
            int code = at + (flag == '\0' ? 1 : 2);
            if (!Codes.TryGetValue(format[code], out var write))
            {
                builder.Append(format[at]);
                continue;
            }
            builder.Append(Flagged(write(time), flag));
            at = code;
        }
        return builder.ToString();
    }

    private static string Flagged(string text, char flag) => flag switch
    {
        '-' => text.TrimStart('0', ' ') is { Length: > 0 } cut ? cut : "0",
        '_' => text.Length - text.TrimStart('0').Length is var zeros && zeros < text.Length ? new string(' ', zeros) + text[zeros..] : new string(' ', text.Length - 1) + "0",
        '0' => text.Replace(' ', '0'),
        '^' => text.ToUpperInvariant(),
        _ => text,
    };
}
