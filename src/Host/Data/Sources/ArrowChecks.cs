// Holds the claims of an Arrow batch against its buffers: the library reads through pointers and trusts lengths and offsets.
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace FastTune.Data;

/// <summary>Checks by the layouts of the Arrow columnar format (arrow.apache.org/docs/format/Columnar.html).</summary>
internal static class ArrowChecks
{
    private const int MaxDepth = 32;

    /// <summary>Every column has as many rows as the batch, and every buffer holds what its array claims.</summary>
    /// <exception cref="FormatException">A claim that is not true.</exception>
    public static void Require(RecordBatch batch)
    {
        bool stored = false;
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            var data = batch.Column(i).Data;
            if (data.Length != batch.Length) throw Broken("a column is shorter or longer than its batch");
            Require(data, 0);
            stored |= data.DataType.TypeId != ArrowTypeId.Null;
        }
        if (batch.Length > 0 && !stored) throw Broken("rows are claimed that have no stored column");
    }

    private static void Require(ArrayData data, int depth)
    {
        if (depth > MaxDepth) throw Broken($"types are nested deeper than {MaxDepth} levels");
        if (data.Length < 0 || data.Offset < 0) throw Broken("a length is negative");
        long end = (long)data.Offset + data.Length;
        if (data.Buffers.Length > 0 && data.Buffers[0].Length > 0) RequireBytes(data, 0, (end + 7) / 8);
        else if (data.NullCount > 0 && data.DataType.TypeId != ArrowTypeId.Null) throw Broken("missing values are counted that are not marked");
        RequireValues(data, end);
        foreach (var child in data.Children ?? []) Require(child, depth + 1);
    }

    private static void RequireValues(ArrayData data, long end)
    {
        switch (data.DataType)
        {
            case StringType or BinaryType:
                RequireOffsets<int>(data, end, Bytes(data, 2));
                break;
            case LargeStringType or LargeBinaryType:
                RequireOffsets<long>(data, end, Bytes(data, 2));
                break;
            case ListType or MapType:
                RequireOffsets<int>(data, end, Child(data).Length);
                break;
            case LargeListType:
                RequireOffsets<long>(data, end, Child(data).Length);
                break;
            case StructType type:
                if ((data.Children?.Length ?? 0) != type.Fields.Count || data.Children!.Any(child => child.Length < end)) throw Broken("a part is shorter than its whole");
                break;
            case FixedWidthType type:
                RequireBytes(data, 1, (end * type.BitWidth + 7) / 8);
                break;
        }
    }

    // Offsets rise from 0 or more to at most the length of what they point into.
    private static void RequireOffsets<T>(ArrayData data, long end, long limit) where T : unmanaged, IComparable<T>
    {
        if (data.Length == 0) return;
        RequireBytes(data, 1, (end + 1) * Marshal.SizeOf<T>());
        var offsets = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span)[data.Offset..(int)(end + 1)];
        long before = 0;
        foreach (T one in offsets)
        {
            long offset = Convert.ToInt64(one);
            if (offset < before || offset > limit) throw Broken("an offset points outside");
            before = offset;
        }
    }

    private static void RequireBytes(ArrayData data, int buffer, long bytes)
    {
        if (Bytes(data, buffer) < bytes) throw Broken("a buffer is shorter than its array");
    }

    private static long Bytes(ArrayData data, int buffer) => buffer < data.Buffers.Length ? data.Buffers[buffer].Length : 0;

    private static ArrayData Child(ArrayData data) => data.Children is [{ } only] ? only : throw Broken("a list has no values");

    private static FormatException Broken(string what) => new(what);
}
