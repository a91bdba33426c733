// A matrix in bitsandbytes' 4-bit form (NF4, FP4): codes of blocks of the flattened matrix, two a byte, first value in the high nibble.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Weights.Bnb;

/// <summary>
/// value = table[code] scale[i / block], one fp32 product, never rounded to 16 bits; blocks run over the rows' ends, the last may be short.
/// Source: golden/quant/README.md, "bnb". 0.516 byte a value with double quantisation.
/// </summary>
public sealed unsafe class FourBitMatrix : IStoredForm, IRowDot
{
    private readonly byte* _codes;
    private readonly int _shift;
    private Tensor _packed;

    /// <param name="packed">U8 [ceil(rows columns / 2)]; taken over, as the scales are.</param>
    /// <exception cref="ArgumentException">Sizes that do not belong together.</exception>
    public FourBitMatrix(long rows, long columns, CodeTable table, int block, Tensor packed, BlockScales scales)
    {
        long count = checked(rows * columns);
        if (table.Values.Length != 16) throw new ArgumentException($"[four_bit] the table has {table.Values.Length} values: 16 were expected");
        if (block < 2 || !int.IsPow2(block)) throw new ArgumentException($"[four_bit] blocks of {block} values: a power of two from 2 on was expected");
        if (packed.Type != DType.U8 || packed.Count != (count + 1) / 2 || scales.Count != BlockCount(count, block))
            throw new ArgumentException($"[four_bit] [{rows}, {columns}] in blocks of {block} takes {(count + 1) / 2} bytes and {BlockCount(count, block)} scales, {packed.Count} and {scales.Count} were given");
        (Rows, Columns, Table, BlockSize, _packed, Scales) = (rows, columns, table, block, packed, scales);
        _codes = (byte*)packed.Pointer;
        _shift = int.Log2(block);
    }

    public long Rows { get; }
    public long Columns { get; }

    /// <summary>Values of the 16 codes.</summary>
    public CodeTable Table { get; }

    public int BlockSize { get; }

    /// <summary>The codes, U8.</summary>
    public Tensor Packed => _packed;

    public BlockScales Scales { get; }

    public long Bytes => _packed.Count + Scales.Bytes;

    /// <summary>Blocks of a flattened matrix.</summary>
    public static long BlockCount(long values, int block) => (values + block - 1) / block;

    public void Decode(long row, int rows, long col, int cols, float* destination, long pitch)
    {
        for (int r = 0; r < rows; r++) DecodeRun((row + r) * Columns + col, cols, destination + r * pitch);
    }

    /// <summary>Widens values [first, first + count) of the flattened matrix.</summary>
    internal void DecodeRun(long first, int count, float* destination)
    {
        while (count > 0)
        {
            long block = first >> _shift;
            int part = (int)Math.Min(count, ((block + 1) << _shift) - first);
            Nibbles.Decode(_codes, first, part, Scales.At(block), Table.Pointer, destination);
            first += part;
            destination += part;
            count -= part;
        }
    }

    /// <summary>Whole blocks in every row, and whole lanes in every block.</summary>
    public bool CanDot => BlockSize % 16 == 0 && Columns % BlockSize == 0;

    public void Dot(long row, float* x, float* sums, IsaLevel level)
    {
        new Span<float>(sums, 16).Clear();
        long first = row * Columns, block = first >> _shift;
        for (long column = 0; column < Columns; column += BlockSize, block++)
            NibbleDot.Add(_codes + ((first + column) >> 1), BlockSize, Scales.At(block), Table.Pointer, x + column, sums, level);
    }

    public void Dispose()
    {
        _packed.Dispose();
        Scales.Dispose();
    }
}
