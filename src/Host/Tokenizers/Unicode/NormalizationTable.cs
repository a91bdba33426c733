// Decompositions, compositions and combining classes of Unicode 9, the version that the reference normalizes with.
using System.Globalization;

namespace FastTune.Tokenizers.Unicode;

internal sealed class NormalizationTable
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Vowels = 21, Tails = 28, Syllables = 19 * Vowels * Tails;
    private static readonly Lazy<NormalizationTable> Loaded = new(() => new NormalizationTable());

    private readonly Dictionary<int, byte> classes = [];
    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<(int, int), int> compositions = [];
    private readonly bool[] unstable = new bool[0x10000];

    public static NormalizationTable Instance => Loaded.Value;

    private NormalizationTable()
    {
        foreach (string line in UnicodeData.Lines("normalization.txt")) Add(line.Split(' '));
        for (int c = VowelBase; c <= 0x11C2; c++) unstable[c] = true;
        foreach (var (_, second) in compositions.Keys) Mark(second);
    }

    /// <summary>True when NFC may change a text that holds this UTF-16 unit.</summary>
    public bool MayChangeNfc(char c) => unstable[c];

    public byte CombiningClass(int codePoint) => codePoint < 0x300 ? (byte)0 : classes.GetValueOrDefault(codePoint);

    /// <summary>Appends the full decomposition of one code point.</summary>
    public void Decompose(int codePoint, bool compatibility, List<int> output)
    {
        int syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < Syllables)
        {
            output.Add(LeadBase + syllable / (Vowels * Tails));
            output.Add(VowelBase + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails > 0) output.Add(TailBase + syllable % Tails);
        }
        else if (codePoint >= 0xA0 && (canonical.TryGetValue(codePoint, out int[]? parts)
            || (compatibility && compatible.TryGetValue(codePoint, out parts))))
        {
            foreach (int part in parts) Decompose(part, compatibility, output);
        }
        else output.Add(codePoint);
    }

    /// <summary>The code point that the two make together, or -1.</summary>
    public int Compose(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + 19 && second is >= VowelBase and < VowelBase + Vowels)
            return SyllableBase + ((first - LeadBase) * Vowels + second - VowelBase) * Tails;
        if (first is >= SyllableBase and < SyllableBase + Syllables && (first - SyllableBase) % Tails == 0
            && second is > TailBase and < TailBase + Tails) return first + second - TailBase;
        return compositions.GetValueOrDefault((first, second), -1);
    }

    private void Add(string[] parts)
    {
        int codePoint = Hex(parts[0]);
        byte combining = byte.Parse(parts[1], CultureInfo.InvariantCulture);
        if (combining > 0) classes[codePoint] = combining;
        int[] mapping = [.. parts.Skip(3).Select(Hex)];
        bool excluded = parts[2] == "x";
        if (mapping.Length > 0) (parts[2] == "k" ? compatible : canonical)[codePoint] = mapping;
        if (parts[2] == "-" && mapping.Length == 2) compositions[(mapping[0], mapping[1])] = codePoint;
        if (!excluded && combining == 0) return;
        Mark(codePoint);
    }

    // Beyond the BMP the high surrogate stands for its whole block.
    private void Mark(int codePoint) => unstable[char.ConvertFromUtf32(codePoint)[0]] = true;

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
