// What the fused blocks ask of a linear: its matrix, a bias, and the low-rank pairs that are active on it.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>y = x W^T + b + sum over pairs of s drop(x) A^T B^T. Asked anew in every pass, so matrices and pairs may be exchanged between steps.</summary>
public interface ILoraLinear
{
    Weight Weight { get; }

    /// <summary>[out] fp32, or null.</summary>
    Parameter? Bias { get; }

    int PairCount { get; }

    LoraPair Pair(int index);

    /// <summary>Share of the input that the pair's A does not see in training, and the number of its mask.</summary>
    (float Probability, uint Site) Dropout(int index);
}

/// <summary>The circumstances of a pass, the same in forward and backward.</summary>
/// <param name="Pairs">False runs the linears as if they had no pairs.</param>
/// <param name="Drops">True in training: pairs drop what their probability says.</param>
/// <param name="Seed">Seed of the masks.</param>
public readonly record struct LoraPass(bool Pairs, bool Drops = false, ulong Seed = 0)
{
    internal DropoutKey Key(ILoraLinear linear, int pair, long firstRow)
    {
        (float probability, uint site) = linear.Dropout(pair);
        return new DropoutKey(Drops ? probability : 0, Seed, site, firstRow);
    }
}
