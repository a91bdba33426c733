// A parameter on its way into a file: its bytes are read from the device when their turn comes.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

public static class ParameterSource
{
    private const long BlockBytes = 4 << 20;

    /// <summary>The parameter under its own name (or another one), in its own type.</summary>
    public static TensorSource Of(IDevice device, Parameter parameter, string? name = null) => new(
        name ?? parameter.Name, parameter.Value.Type == DType.F32 ? StoredType.F32 : StoredType.BF16, Sizes(parameter.Shape),
        stream => Write(device, parameter, stream));

    private static void Write(IDevice device, Parameter parameter, Stream stream)
    {
        using Tensor rows = parameter.Value.Reshape(new Shape(parameter.Shape.Rows, parameter.Shape.Columns));
        long rowBytes = Math.Max(1, rows.Columns * rows.Type.Size()), block = Math.Max(1, BlockBytes / rowBytes);
        for (long row = 0; row < rows.Rows; row += block)
        {
            using Tensor part = rows.RowRange(row, Math.Min(block, rows.Rows - row));
            var bytes = new byte[part.Count * part.Type.Size()];
            device.Read(part, bytes);
            stream.Write(bytes);
        }
    }

    private static long[] Sizes(Shape shape)
    {
        var sizes = new long[shape.Rank];
        for (int axis = 0; axis < sizes.Length; axis++) sizes[axis] = shape[axis];
        return sizes;
    }
}
