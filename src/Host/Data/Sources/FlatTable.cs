// A table of a flatbuffer, read with bounds: what the generated readers of libraries leave out.
using System.Buffers.Binary;

namespace FastTune.Data;

/// <summary>A table in a flatbuffer (flatbuffers.dev/internals): fields are found through a vtable, references are relative.</summary>
/// <exception cref="FormatException">Thrown by every method for what does not lie in the buffer.</exception>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _buffer;
    private readonly int _table, _vtable, _vtableSize;

    private FlatTable(ReadOnlySpan<byte> buffer, long table)
    {
        _buffer = buffer;
        _table = Inside(buffer, table, sizeof(int));
        _vtable = Inside(buffer, (long)_table - BinaryPrimitives.ReadInt32LittleEndian(buffer[_table..]), sizeof(int));
        _vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(buffer[_vtable..]);
        Inside(buffer, _vtable, _vtableSize);
    }

    /// <summary>The buffer's root table.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> buffer) => new(buffer, Reference(buffer, Inside(buffer, 0, sizeof(int))));

    /// <summary>A byte, 0 when absent.</summary>
    public byte Byte(int field) => Place(field, 1) is int at and > 0 ? _buffer[at] : (byte)0;

    /// <summary>A 64-bit number, 0 when absent.</summary>
    public long Long(int field) => Place(field, sizeof(long)) is int at and > 0 ? BinaryPrimitives.ReadInt64LittleEndian(_buffer[at..]) : 0;

    /// <summary>True when there is a table in the field.</summary>
    public bool Has(int field) => Place(field, sizeof(int)) > 0;

    /// <summary>The table in a field that <see cref="Has"/> it.</summary>
    public FlatTable Table(int field) => new(_buffer, Reference(_buffer, Place(field, sizeof(int))));

    /// <summary>Number of elements of a vector, all of which lie in the buffer; 0 when absent.</summary>
    public int Count(int field, int elementBytes)
    {
        if (!Has(field)) return 0;
        int at = Inside(_buffer, Reference(_buffer, Place(field, sizeof(int))), sizeof(int));
        int count = BinaryPrimitives.ReadInt32LittleEndian(_buffer[at..]);
        if (count < 0) throw Outside();
        Inside(_buffer, at + sizeof(int), (long)count * elementBytes);
        return count;
    }

    /// <summary>The table that element <paramref name="index"/> of a vector of tables refers to.</summary>
    public FlatTable Element(int field, int index)
    {
        int at = (int)Reference(_buffer, Place(field, sizeof(int))) + sizeof(int) + index * sizeof(int);
        return new FlatTable(_buffer, Reference(_buffer, Inside(_buffer, at, sizeof(int))));
    }

    // Place of a field's bytes, or 0 when the table does not have it.
    private int Place(int field, int bytes)
    {
        int entry = sizeof(int) + field * sizeof(ushort);
        if (entry + sizeof(ushort) > _vtableSize) return 0;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(_vtable + entry)..]);
        return offset == 0 ? 0 : Inside(_buffer, (long)_table + offset, bytes);
    }

    private static long Reference(ReadOnlySpan<byte> buffer, int at) => at + (long)BinaryPrimitives.ReadUInt32LittleEndian(buffer[at..]);

    private static int Inside(ReadOnlySpan<byte> buffer, long at, long bytes) => at >= 0 && bytes >= 0 && at <= buffer.Length - bytes ? (int)at : throw Outside();

    private static FormatException Outside() => new("a message refers to what lies outside of it");
}
