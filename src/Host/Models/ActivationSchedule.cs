// What each layer keeps for backward: memory against time, decided before the first step.
using FastTune.Kernels.Ops.LinearCrossEntropy;

namespace FastTune.Models;

/// <summary>The first layers keep least: their activations would wait longest.</summary>
/// <param name="Recomputed">Layers, from the first, that keep their input only and run again in backward.</param>
/// <param name="Thin">Layers after those that compute gate's and up's outputs again and keep the rest.</param>
/// <param name="LossBytes">Largest chunk of logits, in bytes.</param>
public sealed record ActivationSchedule(int Recomputed, int Thin, long LossBytes = LinearCrossEntropy.ChunkBytes)
{
    /// <summary>Every layer keeps what its backward reads.</summary>
    public static ActivationSchedule KeepAll { get; } = new(0, 0);

    /// <summary>Every layer keeps its input only, as gradient checkpointing does.</summary>
    public static ActivationSchedule RecomputeAll { get; } = new(int.MaxValue, 0);

    public bool Recomputes(int layer) => layer < Recomputed;

    public bool KeepsInner(int layer) => layer < Recomputed || layer - Recomputed >= Thin;
}
