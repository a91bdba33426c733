// Weights on their way into exported files: read block by block, from an open checkpoint or from a device, in the type asked for.
using System.Runtime.InteropServices;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Export;

internal static class ExportedWeights
{
    /// <summary>Values converted at a time: no whole tensor is held.</summary>
    private const long BlockValues = 1 << 20;

    private delegate void RowReader(long start, long rows, Span<float> values);

    /// <summary>The checkpoint's weights under their Hugging Face keys.</summary>
    public static IReadOnlyList<TensorSource> Of(Models.Checkpoint checkpoint, StoredType type) =>
    [
        .. checkpoint.Weights.Select(weight => new TensorSource(weight.Key, type, weight.Shape, stream =>
        {
            Write(stream, type, weight.Rows, Math.Max(1, weight.RowLength), weight.CopyRows);
            weight.Release();
        })),
    ];

    /// <summary>The model's parameters; a tied head is not among them, a head of its own is.</summary>
    public static IReadOnlyList<TensorSource> Of(Decoder decoder, StoredType type) =>
        [.. decoder.Parameters.Select(parameter => Of(decoder.Device, parameter, type))];

    private static TensorSource Of(IDevice device, Parameter parameter, StoredType type)
    {
        long[] sizes = [.. Enumerable.Range(0, parameter.Shape.Rank).Select(axis => parameter.Shape[axis])];
        return new TensorSource(parameter.Name, type, sizes, stream =>
            Write(stream, type, parameter.Shape.Rows, Math.Max(1, parameter.Shape.Columns),
                (start, count, values) => Read(device, parameter, start, count, values)));
    }

    private static void Read(IDevice device, Parameter parameter, long start, long count, Span<float> values)
    {
        using Tensor rows = parameter.Value.Reshape(new Shape(parameter.Shape.Rows, parameter.Shape.Columns));
        using Tensor part = rows.RowRange(start, count);
        if (part.Type == DType.F32)
        {
            device.Read(part, MemoryMarshal.AsBytes(values));
            return;
        }
        var narrow = new ushort[values.Length];
        device.Read(part, MemoryMarshal.AsBytes(narrow.AsSpan()));
        for (int i = 0; i < narrow.Length; i++) values[i] = BFloat16Bits.Widen(narrow[i]);
    }

    private static void Write(Stream stream, StoredType type, long rows, long rowLength, RowReader read)
    {
        long block = Math.Max(1, BlockValues / rowLength);
        var values = new float[Math.Min(block, rows) * rowLength];
        var bytes = new byte[values.Length * type.BlockBytes];
        for (long row = 0; row < rows; row += block)
        {
            long count = Math.Min(block, rows - row);
            var part = values.AsSpan(0, (int)(count * rowLength));
            read(row, count, part);
            var target = bytes.AsSpan(0, part.Length * type.BlockBytes);
            Narrow(part, type, target);
            stream.Write(target);
        }
    }

    private static void Narrow(ReadOnlySpan<float> values, StoredType type, Span<byte> bytes)
    {
        if (type == StoredType.F32)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return;
        }
        if (type == StoredType.F16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(bytes);
            for (int i = 0; i < values.Length; i++) halves[i] = (Half)values[i];
            return;
        }
        var narrow = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++) narrow[i] = BFloat16Bits.Round(values[i]);
    }
}
