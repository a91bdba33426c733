// Reads the header of a GGUF file front to back; every read is checked against the end of the file first.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Formats;

internal sealed class GgufCursor(MappedFile file)
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    public long Position { get; private set; }

    public long Remaining => file.Length - Position;

    public string Path => file.Path;

    public ReadOnlySpan<byte> Take(int bytes, string what)
    {
        if (bytes > Remaining) throw Bad($"the file ends inside {what}");
        var taken = file.Slice(Position, bytes);
        Position += bytes;
        return taken;
    }

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>A count of things that take at least <paramref name="minimumBytes"/> each; a larger claim than the file can hold is refused.</summary>
    public int Count(int minimumBytes, string what)
    {
        ulong count = UInt64(what);
        if (count > (ulong)(Remaining / minimumBytes) || count > int.MaxValue) throw Bad($"{what} claims {count}, the file has {Remaining} bytes left");
        return (int)count;
    }

    /// <summary>Text with U+FFFD for bytes that are not UTF-8: such values are seen in real files.</summary>
    public string Text(string what) => Encoding.UTF8.GetString(Take(Count(1, what), what));

    /// <summary>A name: not empty (unless allowed), valid UTF-8, at most <paramref name="maxBytes"/>.</summary>
    public string Name(int maxBytes, string what)
    {
        int length = Count(1, what);
        if (length == 0) throw Bad($"{what} is empty");
        if (length > maxBytes) throw Bad($"{what} has {length} bytes, at most {maxBytes} are allowed");
        try
        {
            return _strict.GetString(Take(length, what));
        }
        catch (DecoderFallbackException error)
        {
            throw new UserError(Bad($"{what} is not UTF-8").Message, inner: error);
        }
    }

    public UserError Bad(string what) => new($"{file.Path}: {what}: the file is damaged or not GGUF, download it again");
}
