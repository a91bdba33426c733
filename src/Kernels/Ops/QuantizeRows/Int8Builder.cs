// Makes an int8 matrix of rows that come in pieces, so that the wide matrix never exists.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.QuantizeRows;

/// <summary>Takes the rows in order; then gives the stored form.</summary>
public sealed class Int8Builder(IDevice device, long rows, long columns) : IDisposable
{
    private Tensor _codes = device.Empty(new Shape(rows, columns), DType.I8, Category.Weights);
    private Tensor _scales = device.Empty(new Shape(rows), DType.F32, Category.Weights);
    private long _done;

    /// <summary>Quantises the next rows, F32 [n, columns].</summary>
    /// <exception cref="ArgumentException">More rows than the matrix has.</exception>
    public void Add(in Tensor values)
    {
        using Tensor codes = _codes.RowRange(_done, values.Rows), scales = _scales.ColumnRange(_done, values.Rows);
        QuantizeRows.Run(device, values, codes, scales);
        _done += values.Rows;
    }

    /// <summary>The matrix. Call once, after the last row.</summary>
    public Int8Matrix Finish() => _done == rows
        ? new Int8Matrix(_codes.Share(), _scales.Share())
        : throw new ArgumentException($"[quantize_rows] {_done} of {rows} rows came: pass the whole matrix");

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
