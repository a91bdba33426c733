// Walks the messages of an Arrow file before the library does, which allocates what a message claims before it reads it.
using System.Buffers.Binary;

namespace FastTune.Data;

/// <summary>The framing of Arrow's streams: a marker, a length, a flatbuffer of that length, a body whose length the flatbuffer tells
/// (arrow.apache.org/docs/format/Columnar.html, "Encapsulated message format"; fields by number from Message.fbs and Schema.fbs).
/// The file format is a stream behind 8 bytes.</summary>
internal static class ArrowFraming
{
    private const int MaxMetadata = 64 << 20, MaxFields = 10_000, MaxDepth = 32, Continued = -1;
    private const byte SchemaKind = 1, DictionaryKind = 2, RowsKind = 3;

    /// <summary>Every length that the stream claims from here on is there; the position is where it was.</summary>
    /// <exception cref="FormatException">A length that is negative or leads beyond the end.</exception>
    public static void Require(Stream stream)
    {
        long start = stream.Position;
        while (Next(stream)) { }
        stream.Position = start;
    }

    private static bool Next(Stream stream)
    {
        if (stream.Length - stream.Position < sizeof(int)) return false;
        int length = Int32(stream);
        if (length == Continued) length = stream.Length - stream.Position < sizeof(int) ? 0 : Int32(stream);
        if (length == 0) return false;
        if (length < 0 || length > MaxMetadata || length > stream.Length - stream.Position) throw Broken(length, stream);
        var metadata = new byte[length];
        stream.ReadExactly(metadata);
        var message = FlatTable.Root(metadata);
        RequireHeader(message);
        long body = message.Long(3);
        if (body < 0 || body > stream.Length - stream.Position) throw Broken(body, stream);
        stream.Position += body;
        return true;
    }

    private static void RequireHeader(FlatTable message)
    {
        byte kind = message.Byte(1);
        if (kind is not (SchemaKind or DictionaryKind or RowsKind) || !message.Has(2)) throw new FormatException($"a message of kind {kind}");
        var header = message.Table(2);
        if (kind == RowsKind) RequireRows(header);
        else if (kind == DictionaryKind && header.Has(1)) RequireRows(header.Table(1));
        else if (kind == SchemaKind) RequireFields(header, 1, MaxFields, 0);
    }

    // Nodes and buffers are structs of two 64-bit numbers.
    private static void RequireRows(FlatTable rows)
    {
        rows.Count(1, 2 * sizeof(long));
        rows.Count(2, 2 * sizeof(long));
        rows.Count(4, sizeof(long));
    }

    // Fields may refer to the same children again and again: their number is bounded, seen from the root.
    private static int RequireFields(FlatTable parent, int vector, int left, int depth)
    {
        const int children = 5;
        if (depth > MaxDepth) throw new FormatException($"types are nested deeper than {MaxDepth} levels");
        int count = parent.Count(vector, sizeof(int));
        if (count > left) throw new FormatException($"more than {MaxFields} columns");
        left -= count;
        for (int i = 0; i < count; i++)
        {
            var field = parent.Element(vector, i);
            field.Count(children + 1, sizeof(int));
            left = RequireFields(field, children, left, depth + 1);
        }
        return left;
    }

    private static int Int32(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private static FormatException Broken(long length, Stream stream) => new($"a length of {length} where {stream.Length - stream.Position} bytes are left");
}
