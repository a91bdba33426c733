// Rows of an Arrow file (the file format, or the stream format that `datasets` writes), one record batch at a time.
using System.Buffers;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;

namespace FastTune.Data;

internal static class ArrowRows
{
    private const int FileHeader = 8;

    private static readonly byte[] FileMagic = Encoding.ASCII.GetBytes("ARROW1");

    public static IEnumerable<JsonElement> Read(string path)
    {
        using var stream = File.OpenRead(path);
        long rows = 0;
        var next = Guarded(path, rows, () => Batches(stream));
        for (var batch = Guarded(path, rows, next); batch is not null; batch = Guarded(path, rows, next))
        {
            using (batch)
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    int at = row;
                    yield return Guarded(path, rows++, () => Row(batch, at));
                }
            }
        }
    }

    private static Func<RecordBatch?> Batches(Stream stream)
    {
        var head = new byte[FileMagic.Length];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        // A file is a stream between a magic number and a table of places, which need not be trusted.
        stream.Position = read == head.Length && head.AsSpan().SequenceEqual(FileMagic) ? FileHeader : 0;
        ArrowFraming.Require(stream);
        return Checked(new ArrowStreamReader(stream, new BoundedAllocator(), leaveOpen: true).ReadNextRecordBatch);
    }

    private static Func<RecordBatch?> Checked(Func<RecordBatch?> next) => () =>
    {
        var batch = next();
        if (batch is not null) ArrowChecks.Require(batch);
        return batch;
    };

    private static JsonElement Row(RecordBatch batch, int row) => RowWriter.Object(writer =>
    {
        for (int column = 0; column < batch.ColumnCount; column++)
        {
            writer.WritePropertyName(batch.Schema.GetFieldByIndex(column).Name);
            Value(writer, batch.Column(column), row);
        }
    });

    private static void Value(Utf8JsonWriter writer, IArrowArray array, int row)
    {
        if (array.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }
        switch (array)
        {
            case StringArray text:
                RowWriter.CheckLength(text.GetValueLength(row));
                writer.WriteStringValue(text.GetString(row));
                break;
            case LargeStringArray text:
                RowWriter.CheckLength(text.GetValueLength(row));
                writer.WriteStringValue(text.GetString(row));
                break;
            case BooleanArray flags:
                writer.WriteBooleanValue(flags.GetValue(row)!.Value);
                break;
            case ListArray list:
                List(writer, list.Values, list.ValueOffsets[row], list.ValueOffsets[row + 1]);
                break;
            case LargeListArray list:
                List(writer, list.Values, checked((int)list.ValueOffsets[row]), checked((int)list.ValueOffsets[row + 1]));
                break;
            case StructArray parts:
                Struct(writer, parts, row);
                break;
            default:
                RowWriter.Value(writer, Number(array, row));
                break;
        }
    }

    private static void List(Utf8JsonWriter writer, IArrowArray values, int from, int to)
    {
        writer.WriteStartArray();
        for (int i = from; i < to; i++) Value(writer, values, i);
        writer.WriteEndArray();
    }

    private static void Struct(Utf8JsonWriter writer, StructArray parts, int row)
    {
        writer.WriteStartObject();
        var fields = ((Apache.Arrow.Types.StructType)parts.Data.DataType).Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            writer.WritePropertyName(fields[i].Name);
            Value(writer, parts.Fields[i], row);
        }
        writer.WriteEndObject();
    }

    private static object? Number(IArrowArray array, int row) => array switch
    {
        Int8Array numbers => numbers.GetValue(row),
        Int16Array numbers => numbers.GetValue(row),
        Int32Array numbers => numbers.GetValue(row),
        Int64Array numbers => numbers.GetValue(row),
        UInt8Array numbers => numbers.GetValue(row),
        UInt16Array numbers => numbers.GetValue(row),
        UInt32Array numbers => numbers.GetValue(row),
        UInt64Array numbers => numbers.GetValue(row),
        FloatArray numbers => numbers.GetValue(row),
        DoubleArray numbers => numbers.GetValue(row),
        // Other types never hold what is trained on; a column that does is refused by name when it is used.
        _ => new Dictionary<string, object?> { ["arrow_type"] = array.Data.DataType.Name },
    };

    /// <param name="rows">Rows read before.</param>
    private static T Guarded<T>(string path, long rows, Func<T> read)
    {
        string name = Path.GetFileName(path);
        try
        {
            return read();
        }
        catch (InvalidDataException error)
        {
            throw new UserError($"{name}, row {rows + 1}: {error.Message}", inner: error);
        }
        catch (Exception error) when (error is not UserError)
        {
            throw new UserError($"{name}: cannot be read as Arrow ({error.Message.ReplaceLineEndings(" ")})", inner: error);
        }
    }

    /// <summary>Gives memory for a record batch up to the limit of what is unpacked at once.</summary>
    private sealed class BoundedAllocator : MemoryAllocator
    {
        protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            if (length > RowLimit.GroupBytes)
                throw new InvalidDataException($"its record batch is {length >> 20} MiB long, more than {RowLimit.GroupBytes >> 20} MiB; write the file in smaller batches, or split long rows");
            bytesAllocated = length;
            return new Owner(length);
        }

        private sealed class Owner(int length) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[length];

            public void Dispose()
            {
            }
        }
    }
}
