// Writes a GGUF file (version 3, little-endian, alignment 32): metadata, the tensor list, then each tensor's blocks as they are made.
using System.Text;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Formats;

/// <summary>A tensor to be written.</summary>
/// <param name="Type">F32, F16 or Q8_0.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="FillRow">Gives the fp32 values of a row; called once a row, in order.</param>
public sealed record GgufTensor(string Name, GgufType Type, IReadOnlyList<long> Shape, Action<long, float[]> FillRow)
{
    public long RowLength => Shape[^1];

    public long Rows => Shape.Take(Shape.Count - 1).Aggregate(1L, (product, size) => checked(product * size));

    public long RowBytes => RowLength / Type.BlockLength * Type.BlockBytes;

    public long Bytes => Rows * RowBytes;
}

public static class GgufWriter
{
    private const uint Version = 3;
    private const int Alignment = 32;

    /// <summary>Writes to a temporary name and renames.</summary>
    /// <exception cref="UserError">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">A row is not made of whole blocks.</exception>
    public static void Write(string path, IReadOnlyList<(string Key, GgufValue Value)> metadata, IReadOnlyList<GgufTensor> tensors)
    {
        foreach (GgufTensor tensor in tensors)
            if (tensor.RowLength % tensor.Type.BlockLength != 0)
                throw new ArgumentException($"[gguf] rows of {tensor.RowLength} values of '{tensor.Name}' are not whole blocks of {tensor.Type.Name}");
        AtomicFile.Write(path, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            long written = Header(writer, metadata, tensors);
            written += Pad(writer, written);
            foreach (GgufTensor tensor in tensors)
            {
                Values(writer, tensor);
                written += tensor.Bytes;
                written += Pad(writer, written);
            }
        });
    }

    private static long Header(BinaryWriter writer, IReadOnlyList<(string Key, GgufValue Value)> metadata, IReadOnlyList<GgufTensor> tensors)
    {
        using var memory = new MemoryStream();
        using var header = new BinaryWriter(memory);
        header.Write("GGUF"u8);
        header.Write(Version);
        header.Write((ulong)tensors.Count);
        header.Write((ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            Text(header, key);
            header.Write((uint)value.Type);
            One(header, value);
        }
        long offset = 0;
        foreach (GgufTensor tensor in tensors)
        {
            Info(header, tensor, offset);
            offset = (offset + tensor.Bytes + Alignment - 1) / Alignment * Alignment;
        }
        header.Flush();
        writer.Write(memory.GetBuffer().AsSpan(0, checked((int)memory.Length)));
        return memory.Length;
    }

    private static void Info(BinaryWriter header, GgufTensor tensor, long offset)
    {
        Text(header, tensor.Name);
        header.Write((uint)tensor.Shape.Count);
        foreach (long size in tensor.Shape.Reverse()) header.Write((ulong)size);
        header.Write(tensor.Type.Id);
        header.Write((ulong)offset);
    }

    private static int Pad(BinaryWriter writer, long written)
    {
        int padding = (int)((Alignment - written % Alignment) % Alignment);
        writer.Write(new byte[padding]);
        return padding;
    }

    private static void Values(BinaryWriter writer, GgufTensor tensor)
    {
        var values = new float[tensor.RowLength];
        var blocks = new byte[tensor.RowBytes];
        for (long row = 0; row < tensor.Rows; row++)
        {
            tensor.FillRow(row, values);
            tensor.Type.Encode(values, blocks);
            writer.Write(blocks);
        }
    }

    private static void One(BinaryWriter writer, GgufValue value)
    {
        if (value.Type != GgufValueType.Array)
        {
            Scalar(writer, value.Value);
            return;
        }
        writer.Write((uint)value.Item);
        var items = (Array)value.Value;
        writer.Write((ulong)items.Length);
        foreach (object item in items)
            if (item is GgufValue inner) One(writer, inner);
            else Scalar(writer, item);
    }

    private static void Scalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text: Text(writer, text); break;
            case bool flag: writer.Write(flag); break;
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            default: throw new ArgumentException($"[gguf] a value of {value.GetType().Name} has no place in the metadata");
        }
    }

    private static void Text(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
