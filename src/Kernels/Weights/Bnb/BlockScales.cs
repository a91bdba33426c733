// The scales of a block-quantised matrix: fp32, or quantised once more (bitsandbytes' double quantisation).
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Weights.Bnb;

/// <summary>
/// absmax of each block. Single: F32 [blocks]. Double: U8 [blocks] codes of <see cref="Map"/>, one F32 for each
/// <see cref="NestedBlock"/> of them, and an offset: absmax[i] = map[code[i]] nested[i / 256] + offset, in fp32, in that order.
/// </summary>
public sealed unsafe class BlockScales : IDisposable
{
    private readonly float* _map, _scales;
    private readonly byte* _codes;
    private readonly int _shift;
    private Tensor _first, _nested;

    /// <summary>Single scales; takes the tensor over.</summary>
    public BlockScales(Tensor absmax)
    {
        Require(absmax, DType.F32);
        _first = absmax;
        _scales = (float*)absmax.Pointer;
    }

    /// <summary>Double quantised scales; takes the tensors over. A nested block has a power of two of codes.</summary>
    public BlockScales(Tensor codes, Tensor nested, CodeTable map, float offset, int nestedBlock)
    {
        Require(codes, DType.U8);
        Require(nested, DType.F32);
        if (nestedBlock < 1 || !int.IsPow2(nestedBlock) || nested.Count != (codes.Count + nestedBlock - 1) / nestedBlock || map.Values.Length != 256)
            throw new ArgumentException($"[block_scales] {codes.Count} codes of a map with {map.Values.Length} values, nested in {nested.Count} blocks of {nestedBlock}: they do not fit together");
        (_first, _nested, Map, Offset, NestedBlock) = (codes, nested, map, offset, nestedBlock);
        _shift = int.Log2(nestedBlock);
        _codes = (byte*)codes.Pointer;
        _scales = (float*)nested.Pointer;
        _map = map.Pointer;
    }

    /// <summary>Null for single scales.</summary>
    public CodeTable? Map { get; }

    public float Offset { get; }

    public int NestedBlock { get; }

    /// <summary>Number of blocks.</summary>
    public long Count => _first.Count;

    /// <summary>F32 scales, or U8 codes of them.</summary>
    public Tensor First => _first;

    /// <summary>F32 scales of the codes; no tensor where scales are single.</summary>
    public Tensor Nested => _nested;

    public long Bytes => _first.Count * _first.Type.Size() + (_nested.Exists ? 4 * _nested.Count : 0);

    /// <summary>The scale of a block.</summary>
    internal float At(long block) =>
        _codes == null ? _scales[block] : _map[_codes[block]] * _scales[block >> _shift] + Offset;

    public void Dispose()
    {
        _first.Dispose();
        _nested.Dispose();
    }

    private static void Require(in Tensor tensor, DType type)
    {
        if (tensor.Type != type || !tensor.IsContiguous)
            throw new ArgumentException($"[block_scales] a tensor is {tensor.Type}: {type} in one piece was expected");
    }
}
