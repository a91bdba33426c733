// Chooses what layers keep for backward so that a run stays under a limit, or says the least that it needs.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.LinearCrossEntropy;
using FastTune.Models;

namespace FastTune.Train.Memory;

/// <param name="Schedule">What layers keep.</param>
/// <param name="Bytes">Most resident bytes of the process, as planned.</param>
public sealed record FittedSchedule(ActivationSchedule Schedule, long Bytes);

/// <summary>Plans the heaviest step under one schedule after the other, from the fastest to the leanest.</summary>
/// <param name="beside">Resident bytes outside the device's buffers: runtime, data, code.</param>
public sealed class MemoryFit(HeaviestStep heaviest, long beside, bool mayRecompute)
{
    /// <summary>Compiled code, garbage of the steps, the kernels' packed panels: what grows after the first step begins.</summary>
    private const long Growth = 96L << 20;

    private static readonly long[] s_lossBytes = [LinearCrossEntropy.ChunkBytes / 2, LinearCrossEntropy.ChunkBytes / 4, LinearCrossEntropy.ChunkBytes / 8];

    private long GrowthBytes => Growth + 4 * heaviest.Model.TrainableParameters.Max(parameter => parameter.Shape.Count); // a saved tensor passes through one array

    private int Layers => heaviest.Model.Layers.Count;

    /// <exception cref="UserError">No schedule fits.</exception>
    public FittedSchedule Under(long limit)
    {
        if (Try(Step(0), limit) is { Fits: true } all) return all.Result;
        if (mayRecompute && Try(Step(2 * Layers), limit) is { Fits: true }) return Search(limit);
        ActivationSchedule leanest = Step(mayRecompute ? 2 * Layers : 0);
        FittedSchedule? least = null;
        foreach (long bytes in s_lossBytes)
        {
            (FittedSchedule result, bool fits) = Try(leanest with { LossBytes = bytes }, limit);
            if (fits) return result;
            if (least is null || result.Bytes < least.Bytes) least = result;
        }
        throw new UserError($"memory_limit: {MemorySize.Text(limit)} is too little, this run needs at least {MemorySize.Text(least!.Bytes)}; {Advice()}");
    }

    /// <summary>Resident bytes of the process under a schedule.</summary>
    public long Bytes(ActivationSchedule schedule) => beside + GrowthBytes + StepPlan.Run(heaviest, schedule).Touched + Scratch();

    /// <summary>The first step of the way from fast to lean that fits: each one keeps less than the one before.</summary>
    private FittedSchedule Search(long limit)
    {
        int fails = 0, fits = 2 * Layers;
        FittedSchedule best = Try(Step(fits), limit).Result;
        while (fits - fails > 1)
        {
            int middle = (fits + fails) / 2;
            (FittedSchedule result, bool good) = Try(Step(middle), limit);
            if (good) (fits, best) = (middle, result);
            else fails = middle;
        }
        return best;
    }

    /// <summary>First one layer after the other forgets gate's and up's outputs, which costs the least time; then one after the other
    /// keeps nothing but its input.</summary>
    private ActivationSchedule Step(int step) =>
        step <= Layers ? new ActivationSchedule(0, step) : new ActivationSchedule(step - Layers, 2 * Layers - step);

    private (FittedSchedule Result, bool Fits) Try(ActivationSchedule schedule, long limit)
    {
        var result = new FittedSchedule(schedule, Bytes(schedule));
        return (result, result.Bytes <= limit);
    }

    private long Scratch()
    {
        DecoderSpec spec = heaviest.Model.Spec;
        long tokens = heaviest.Batch.InputIds.Length;
        var rule = new AttentionRule(spec.Attention.Heads, spec.Attention.KeyValueHeads, spec.Attention.HeadSize, 1);
        return AttentionScratch.CpuBytes(rule, tokens, heaviest.Batch.Width) + CpuPool.Shared.Threads * (4L << 20);
    }

    private string Advice() => (mayRecompute ? "" : "leave out disable_gradient_checkpointing, ")
        + (heaviest.Offloads ? "" : "set offload_activations: true, ") + "lower per_device_train_batch_size or cutoff_len, or raise the limit";
}
