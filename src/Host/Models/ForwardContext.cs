// What the layers of one forward pass share: where sequences begin, the rotation table, the cache, the dropout's seed.
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.PagedAttention;
using FastTune.Kernels.Ops.Rope;

namespace FastTune.Models;

/// <summary>The circumstances of a pass, the same for every layer and for its recomputation.</summary>
public sealed class ForwardContext
{
    public required SequenceStarts Starts { get; init; }

    public required RopeTable Rope { get; init; }

    /// <summary>Keys and values of earlier tokens (generation), or null.</summary>
    public KeyValueCache? Cache { get; init; }

    /// <summary>Where the cache's tokens lie; set with <see cref="Cache"/>.</summary>
    public PageMap? Pages { get; init; }

    /// <summary>True in training steps: dropout is active.</summary>
    public bool Training { get; init; }

    /// <summary>Seed of this micro-batch's dropout masks.</summary>
    public ulong DropoutSeed { get; init; }

    /// <summary>False runs the base model as if it had no adapters.</summary>
    public bool AdaptersOn { get; init; } = true;

    /// <summary>What the pass means for low-rank pairs.</summary>
    internal LoraPass Pass => new(AdaptersOn, Training, DropoutSeed);
}
