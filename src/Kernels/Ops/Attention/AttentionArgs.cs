// What raw attention is told: pointers, pitches, sequences and the mask's rules. No tensor is known here.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Attention;

/// <summary>
/// O = softmax(mask(cap(Scale Q K^T))) V for packed sequences (kernels.md 4.6). Q, O are [tokens, Heads, HeadDim], K, V
/// [tokens, KvHeads, HeadDim]; head h of a token lies h * HeadDim after the token's first element. Query head h reads KV head h / (Heads / KvHeads).
/// Query i of a sequence sees key j if j &lt;= i + Tk - Tq (Causal) and j &gt; i + Tk - Tq - Window (Window &gt; 0).
/// </summary>
public unsafe struct AttentionArgs
{
    public void* Q, K, V, O;

    /// <summary>Of Q, K, V and O: F32 or BF16. Everything between is fp32.</summary>
    public DType Type;

    /// <summary>Elements between one token and the next.</summary>
    public long QPitch, KPitch, VPitch, OPitch;

    /// <summary>[Heads, all query tokens] fp32: the natural log of the softmax's denominator, sink included; -Inf where nothing is seen.</summary>
    public float* Lse;

    public int Heads, KvHeads, HeadDim;

    /// <summary>[Sequences + 1] token offsets; sequences may be empty.</summary>
    public int* QueryStarts, KeyStarts;

    public int Sequences;
    public float Scale;
    public bool Causal;

    /// <summary>Keys that a query sees at most, itself included; 0: no window.</summary>
    public int Window;

    /// <summary>c of c tanh(s / c), applied before the mask; 0: none.</summary>
    public float Softcap;

    /// <summary>[Heads] logits that join the denominator only; or null.</summary>
    public float* Sinks;

    internal readonly int Group => Heads / KvHeads;

    internal readonly int Queries => QueryStarts[Sequences];
}

/// <summary>The gradient of <see cref="AttentionArgs"/>. DQ, DK, DV (of Forward.Type) are overwritten and may overlap no input.</summary>
public unsafe struct AttentionGradArgs
{
    /// <summary>The forward's arguments with its results: O and Lse are read.</summary>
    public AttentionArgs Forward;

    public void* DO, DQ, DK, DV;
    public long DOPitch, DQPitch, DKPitch, DVPitch;

    /// <summary>[Heads] fp32, overwritten; null if the sinks need no gradient.</summary>
    public float* DSinks;
}
