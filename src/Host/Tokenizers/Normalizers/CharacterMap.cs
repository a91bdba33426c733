// The precompiled character map of SentencePiece: a double-array trie (darts) from UTF-8 keys to zero-terminated texts.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Tokenizers.Normalizers;

internal sealed class CharacterMap
{
    private readonly uint[] units;
    private readonly byte[] texts;

    private CharacterMap(uint[] units, byte[] texts) => (this.units, this.texts) = (units, texts);

    /// <summary>Reads little-endian: trie size in bytes (uint32), trie units, texts.</summary>
    public static CharacterMap Read(ReadOnlySpan<byte> data)
    {
        uint size = data.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(data) : uint.MaxValue;
        if (size > data.Length - 4 || size % 4 != 0)
            throw new UserError($"tokenizer's precompiled_charsmap of {data.Length} bytes is cut off or damaged: fetch the tokenizer again");
        var units = new uint[size / 4];
        for (int i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(4 + i * 4)..]);
        return new CharacterMap(units, data[(4 + (int)size)..].ToArray());
    }

    /// <summary>Text for the shortest key that begins <paramref name="text"/>, as the library looks it up; null without one.</summary>
    public string? Transform(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (Encoding.UTF8.GetByteCount(text) > bytes.Length) return null;
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        return Walk(bytes, longest: false, out _, out int value) ? TextAt(value) : null;
    }

    /// <summary>The longest key that begins <paramref name="bytes"/>: its length and its text; false without one.</summary>
    public bool LongestPrefix(ReadOnlySpan<byte> bytes, out int length, out string text)
    {
        bool any = Walk(bytes, longest: true, out length, out int value);
        text = any ? TextAt(value) : "";
        return any;
    }

    private bool Walk(ReadOnlySpan<byte> bytes, bool longest, out int length, out int value)
    {
        (length, value) = (0, -1);
        if (units.Length == 0) return false;
        uint node = Offset(units[0]);
        for (int i = 0; i < bytes.Length && (longest || value < 0); i++)
        {
            if (bytes[i] == 0) break;
            node ^= bytes[i];
            if (node >= units.Length || (units[node] & 0x800000FF) != bytes[i]) break;
            uint unit = units[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) == 0 || node >= units.Length) continue;
            (length, value) = (i + 1, (int)(units[node] & 0x7FFFFFFF));
        }
        return value >= 0;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);

    private string TextAt(int start)
    {
        if (start >= texts.Length) return "";
        var rest = texts.AsSpan(start);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
