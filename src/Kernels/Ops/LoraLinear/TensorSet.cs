// Up to three tensors in a row, without an array: the outputs of a block, or the same rows of each.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>A block's outputs in the order of its linears; places that are not used hold no tensor.</summary>
[InlineArray(3)]
public struct TensorSet : IDisposable
{
    private Tensor _first;

    /// <summary>One tensor in the first place; no new reference.</summary>
    internal static TensorSet Of(in Tensor tensor)
    {
        var set = new TensorSet();
        set[0] = tensor;
        return set;
    }

    /// <summary>Rows [start, start + count) of each tensor that exists; shares.</summary>
    internal readonly TensorSet RowRange(long start, long count)
    {
        var rows = new TensorSet();
        for (int i = 0; i < 3; i++)
            if (this[i].Exists) rows[i] = this[i].RowRange(start, count);
        return rows;
    }

    public void Dispose()
    {
        for (int i = 0; i < 3; i++) this[i].Dispose();
    }
}
