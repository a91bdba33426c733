// A matrix in one of GGUF's block types, kept as the file has it: for answering without widening the model first.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Weights.Gguf;

/// <summary>Rows of whole blocks. Decoding is bit-exact with ggml's dequantize_row.</summary>
public sealed unsafe class GgufMatrix : IStoredForm, IDotRows
{
    private const int LongestBlock = 256;

    private readonly GgufType _type;
    private readonly byte* _blocks;
    private readonly long _rowBytes;
    private readonly BlockDot? _dot;
    private Tensor _stored;

    /// <param name="blocks">U8 [rows, bytes of a row]; taken over.</param>
    /// <param name="columns">Values of a row: whole blocks.</param>
    /// <param name="roundActivations">Products of a few rows round the activations to int8 in blocks of 32, as llama.cpp does, where the type
    /// has such a product; else they are exact.</param>
    /// <exception cref="ArgumentException">Sizes that do not belong together.</exception>
    public GgufMatrix(GgufType type, Tensor blocks, long columns, bool roundActivations)
    {
        if (!type.CanDecode || type.BlockLength > LongestBlock || columns % type.BlockLength != 0
            || blocks.Columns != columns / type.BlockLength * type.BlockBytes || !blocks.IsContiguous)
            throw new ArgumentException($"[gguf] {columns} columns of type {type.Name} do not lie in rows of {blocks.Columns} bytes");
        (_type, _stored, Columns, _rowBytes) = (type, blocks, columns, blocks.Columns);
        _blocks = (byte*)blocks.Pointer;
        _dot = roundActivations && columns % Int8Activations.Block == 0 ? type.Dot : null;
    }

    public long Rows => _stored.Rows;
    public long Columns { get; }
    public long Bytes => _stored.Count;

    bool IDotRows.RoundsActivations => _dot is not null;

    float IDotRows.Dot(long row, in Int8Activations x, int xRow) => _dot!(_blocks + row * _rowBytes, x, xRow);

    public void Decode(long row, int rows, long col, int cols, float* destination, long pitch)
    {
        for (int r = 0; r < rows; r++) DecodeRow(_blocks + (row + r) * _rowBytes, col, cols, destination + r * pitch);
    }

    // Whole blocks go straight to their place; a block that sticks out goes through a buffer.
    private void DecodeRow(byte* blocks, long col, int cols, float* destination)
    {
        int length = _type.BlockLength;
        float* buffer = stackalloc float[LongestBlock];
        long end = col + cols;
        for (long at = col; at < end;)
        {
            long block = at / length;
            byte* from = blocks + block * _type.BlockBytes;
            int skip = (int)(at - block * length);
            if (skip == 0 && end - at >= length)
            {
                int count = (int)((end - at) / length);
                _type.Decode(new ReadOnlySpan<byte>(from, count * _type.BlockBytes), new Span<float>(destination + (at - col), count * length));
                at += (long)count * length;
                continue;
            }
            int part = (int)Math.Min(length - skip, end - at);
            _type.Decode(new ReadOnlySpan<byte>(from, _type.BlockBytes), new Span<float>(buffer, length));
            new Span<float>(buffer + skip, part).CopyTo(new Span<float>(destination + (at - col), part));
            at += part;
        }
    }

    public void Dispose() => _stored.Dispose();
}
