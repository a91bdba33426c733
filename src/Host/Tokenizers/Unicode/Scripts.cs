// Scripts by code point (Unicode 14; Han as of Unicode 16), and which code points Unicode 9 knew.
using System.Globalization;
using FastTune.Tokenizers.Regexes;

namespace FastTune.Tokenizers.Unicode;

internal static class Scripts
{
    private readonly record struct Stretch(int First, int Last, string Script, bool Young);

    private static readonly Lazy<Stretch[]> Table = new(() => [.. UnicodeData.Lines("scripts.txt").Select(Parse)]);

    private static readonly (int First, int Last)[] YoungHan =
        [(0x2B739, 0x2B739), (0x2EBF0, 0x2EE5D), (0x31350, 0x323AF)];

    /// <summary>The set of a script's code points, its name without separators and in lower case; null when there is none.</summary>
    public static CodePointSet? Find(string name)
    {
        var parts = Table.Value.Where(s => Plain(s.Script) == name).Select(s => (s.First, s.Last)).ToList();
        if (name == "han") parts.AddRange(YoungHan);
        return parts.Count == 0 ? null : CodePointSet.From(parts);
    }

    /// <summary>True for code points that were assigned in Unicode 9.</summary>
    public static bool InUnicode9(int codePoint) => At(codePoint) is { Young: false };

    /// <summary>Script of a code point as the tokenizers library has it (Unicode 9); null where none was assigned.</summary>
    public static string? Unicode9Script(int codePoint) => codePoint switch
    {
        0x589 or 0x61C => "Common",
        0x953 or 0x954 => "Devanagari",
        _ => At(codePoint) is { Young: false } stretch ? stretch.Script : null,
    };

    private static Stretch? At(int codePoint)
    {
        var table = Table.Value;
        int low = 0, high = table.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < table[middle].First) high = middle - 1;
            else if (codePoint > table[middle].Last) low = middle + 1;
            else return table[middle];
        }
        return null;
    }

    private static string Plain(string script) => script.Replace("_", "").ToLowerInvariant();

    private static Stretch Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new Stretch(Hex(parts[0]), Hex(parts[1]), parts[2], parts.Length == 4);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
