// Reads a pickle stream byte by byte: every length that the stream claims is held against what is left of it.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Formats;

/// <summary>A position in one pickle stream.</summary>
internal ref struct PickleCursor(ReadOnlySpan<byte> bytes, string path)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public double DoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A count of 4 bytes that must fit into what is left.</summary>
    public int Length4() => Length(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));

    /// <summary>A count of 8 bytes that must fit into what is left.</summary>
    public int Length8() => Length(BinaryPrimitives.ReadUInt64LittleEndian(Take(8)));

    /// <summary>Text of a known number of bytes.</summary>
    public string Text(int length)
    {
        try
        {
            return _strict.GetString(Take(length));
        }
        catch (DecoderFallbackException error)
        {
            throw new UserError(Message("text that is not UTF-8"), inner: error);
        }
    }

    /// <summary>Text up to the line feed.</summary>
    public string TextLine()
    {
        int end = _bytes[Position..].IndexOf((byte)'\n');
        if (end < 0) throw Bad("a name without an end");
        string text = Text(end);
        Position++;
        return text;
    }

    /// <summary>A signed whole number of that many bytes, little end first; those of more than 16 bytes are refused.</summary>
    public object Whole(int length)
    {
        if (length > 16) throw Bad($"a whole number of {length} bytes");
        var digits = Take(length);
        Int128 value = length > 0 && digits[^1] >= 0x80 ? -1 : 0;
        for (int i = length - 1; i >= 0; i--) value = (value << 8) | digits[i];
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    public readonly UserError Bad(string what) => new(Message(what));

    private readonly string Message(string what) =>
        $"{path}: {what} at byte {Position} of the pickle: the file is damaged or was made to do harm, use the model's safetensors";

    private readonly int Length(ulong claimed) =>
        claimed <= (ulong)(_bytes.Length - Position) ? (int)claimed : throw Bad($"a length of {claimed} where {_bytes.Length - Position} bytes are left");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position) throw Bad("the end of the stream");
        var taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }
}
