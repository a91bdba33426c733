// The byte-level alphabet of GPT-2: each byte has a printable character.
namespace FastTune.Tokenizers.Pipeline;

internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly short[] Bytes = Invert();

    public static char Character(byte value) => Characters[value];

    /// <summary>The byte behind a character of the alphabet, or -1.</summary>
    public static int Byte(char character) => character < Bytes.Length ? Bytes[character] : -1;

    public static IEnumerable<char> All => Characters;

    private static char[] Build()
    {
        var table = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            table[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return table;
    }

    private static short[] Invert()
    {
        var table = new short[512];
        Array.Fill(table, (short)-1);
        for (int b = 0; b < 256; b++) table[Characters[b]] = (short)b;
        return table;
    }
}
