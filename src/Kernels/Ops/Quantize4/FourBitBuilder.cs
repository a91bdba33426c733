// Makes a 4-bit matrix of values that come in pieces, so that the wide matrix never exists.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Quantize4;

/// <summary>How a matrix is put into 4 bits.</summary>
/// <param name="Table">NF4 or FP4.</param>
/// <param name="Block">Values that share a scale.</param>
/// <param name="Double">True quantises the scales too.</param>
public sealed record FourBitOptions(CodeTable Table, int Block = 64, bool Double = true)
{
    /// <summary>Scales that share a scale of theirs, as bitsandbytes has it.</summary>
    public const int NestedBlock = 256;
}

/// <summary>Takes the matrix in order, each piece a whole number of blocks but the last; then gives the stored form.</summary>
public sealed class FourBitBuilder(IDevice device, long rows, long columns, FourBitOptions options) : IDisposable
{
    private readonly long _count = checked(rows * columns);
    private Tensor _packed = device.Empty(new Shape((checked(rows * columns) + 1) / 2), DType.U8, Category.Weights);
    private Tensor _absmax = device.Empty(
        new Shape(FourBitMatrix.BlockCount(checked(rows * columns), options.Block)), DType.F32, options.Double ? Category.Workspace : Category.Weights);
    private long _done;

    /// <summary>Rows that a piece has at least, so that it holds whole blocks.</summary>
    public int RowStep => options.Block;

    /// <summary>Quantises the next values, F32.</summary>
    /// <exception cref="ArgumentException">Too many values, or an earlier piece ended inside a block.</exception>
    public void Add(in Tensor values)
    {
        if (_done % options.Block != 0 || values.Count > _count - _done)
            throw new ArgumentException($"[quantize4] {values.Count} values after {_done} of {_count}: pieces hold whole blocks of {options.Block} and end with the matrix");
        using Tensor codes = _packed.ColumnRange(_done / 2, (values.Count + 1) / 2);
        using Tensor scales = _absmax.ColumnRange(_done / options.Block, FourBitMatrix.BlockCount(values.Count, options.Block));
        Quantize4.Run(device, values, codes, scales, options.Table, options.Block);
        _done += values.Count;
    }

    /// <summary>The matrix. Call once, after the last piece.</summary>
    public FourBitMatrix Finish()
    {
        if (_done != _count) throw new ArgumentException($"[quantize4] {_done} of {_count} values came: pass the whole matrix");
        BlockScales scales = options.Double ? Nested() : new BlockScales(_absmax.Share());
        return new FourBitMatrix(rows, columns, options.Table, options.Block, _packed.Share(), scales);
    }

    // offset = mean of the scales; what is left of them is coded in blocks of 256.
    private BlockScales Nested()
    {
        float[] absmax = device.ToArray<float>(_absmax);
        float offset = TorchMean.Of(absmax);
        for (int i = 0; i < absmax.Length; i++) absmax[i] -= offset;
        using Tensor rest = device.From(absmax, new Shape(absmax.Length), Category.Workspace);
        Tensor codes = device.Empty(new Shape(absmax.Length), DType.U8, Category.Weights);
        Tensor nested = device.Empty(new Shape(FourBitMatrix.BlockCount(absmax.Length, FourBitOptions.NestedBlock)), DType.F32, Category.Weights);
        Quantize8.Quantize8.Run(device, rest, codes, nested, CodeTable.Signed8, FourBitOptions.NestedBlock);
        return new BlockScales(codes, nested, CodeTable.Signed8, offset, FourBitOptions.NestedBlock);
    }

    public void Dispose()
    {
        _packed.Dispose();
        _absmax.Dispose();
    }
}
