// A weight of an open checkpoint: streamed row by row into a caller's buffer, in the orientation that the model computes with.
using System.Buffers;
using FastTune.Formats;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Models;

/// <summary>One weight. Reading it never holds more than a block of rows besides the caller's buffer.</summary>
public sealed class WeightEntry
{
    private readonly StoredTensor _tensor;
    private readonly int _interleavedHeads;

    internal WeightEntry(WeightSlot slot, string key, StoredTensor tensor, int interleavedHeads, QuantisedWeight? quantised = null)
    {
        (Slot, Key, _tensor, _interleavedHeads, Quantised) = (slot, key, tensor, interleavedHeads, quantised);
    }

    public WeightSlot Slot { get; }

    /// <summary>Key in a Hugging Face checkpoint, whatever the file it comes from.</summary>
    public string Key { get; }

    /// <summary>[out, in], or [size] of a norm or bias.</summary>
    public IReadOnlyList<long> Shape => Quantised?.Shape ?? _tensor.Shape;

    public long Count => Quantised is null ? _tensor.Count : Rows * RowLength;

    /// <summary>Rows to copy: the outer size of a matrix, 1 for a vector.</summary>
    public long Rows => Quantised?.Shape[0] ?? _tensor.Rows;

    public long RowLength => Quantised?.Shape[1] ?? _tensor.RowLength;

    /// <summary>Set where the file holds codes and scales instead of numbers.</summary>
    internal QuantisedWeight? Quantised { get; }

    /// <summary>Type in the file.</summary>
    public StoredType StoredType => _tensor.Type;

    /// <summary>The tensor as it lies in the file (rows in the file's order).</summary>
    public StoredTensor Tensor => _tensor;

    /// <summary>Copies rows as fp32: [rows x row length].</summary>
    public void CopyRows(long rowStart, long rows, Span<float> destination)
    {
        if (Quantised is not null)
        {
            Quantised.CopyRows(rowStart, rows, destination);
            return;
        }
        if (_interleavedHeads == 0)
        {
            _tensor.CopyRows(rowStart, rows, destination);
            return;
        }
        if (Shape.Count == 1)
        {
            CopyVector(rowStart, rows, destination);
            return;
        }
        RequireFit(rowStart, rows, destination.Length);
        for (long row = 0; row < rows; row++)
            _tensor.CopyRows(FileRow(rowStart + row, Rows), 1, destination.Slice((int)(row * RowLength), (int)RowLength));
    }

    /// <summary>Copies rows as bfloat16 patterns, rounded to nearest even where the file holds more.</summary>
    public void CopyRows(long rowStart, long rows, Span<ushort> destination)
    {
        if (_interleavedHeads == 0 && Quantised is null)
        {
            _tensor.CopyRows(rowStart, rows, destination);
            return;
        }
        if (Shape.Count == 1 || Quantised is not null)
        {
            float[] values = ArrayPool<float>.Shared.Rent(destination.Length);
            CopyRows(rowStart, rows, values.AsSpan(0, destination.Length));
            BF16.Narrow(values.AsSpan(0, destination.Length), destination);
            ArrayPool<float>.Shared.Return(values);
            return;
        }
        RequireFit(rowStart, rows, destination.Length);
        for (long row = 0; row < rows; row++)
            _tensor.CopyRows(FileRow(rowStart + row, Rows), 1, destination.Slice((int)(row * RowLength), (int)RowLength));
    }

    /// <summary>Copies a row's blocks as the file has them.</summary>
    public void CopyBlocks(long row, Span<byte> destination) =>
        _tensor.Slice((_interleavedHeads == 0 ? row : FileRow(row, Rows)) * destination.Length, destination.Length).CopyTo(destination);

    /// <summary>All values as fp32.</summary>
    public float[] ToFloats()
    {
        var values = new float[Count];
        CopyRows(0, Rows, values);
        return values;
    }

    /// <summary>Tells the system that the weight was copied, so that the file's pages stop counting as ours.</summary>
    public void Release()
    {
        if (Quantised is null) _tensor.Release();
        else Quantised.Release();
    }

    private void CopyVector(long rowStart, long rows, Span<float> destination)
    {
        var file = new float[Count];
        _tensor.CopyRows(rowStart, rows, file);
        for (int i = 0; i < destination.Length; i++) destination[i] = file[FileRow(i, Count)];
    }

    // GGUF row 2j of a head is row j of the model, row 2j + 1 is row j + half (golden/gguf, "Rotary permutation").
    private long FileRow(long row, long rows)
    {
        long size = rows / _interleavedHeads, inHead = row % size, half = size / 2;
        return row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
    }

    private void RequireFit(long rowStart, long rows, int buffer)
    {
        if (rowStart < 0 || rows < 0 || rowStart > Rows - rows) throw new ArgumentOutOfRangeException(nameof(rowStart));
        if (buffer != rows * RowLength)
            throw new ArgumentException($"[weights] {rows} rows of {RowLength} do not fit a buffer of {buffer}: pass rows x row length");
    }
}
