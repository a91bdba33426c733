// The order of an epoch's rows, by the recipe's sampling keys; it depends on the seed and the plan alone, so a resumed run has it too.
using FastTune.Config;
using FastTune.Data;
using FastTune.Rng;

namespace FastTune.Train;

internal static class EpochOrder
{
    /// <summary>Row numbers of epoch <paramref name="epoch"/> (from 0) in the order in which they are trained on.</summary>
    /// <param name="dataStart">Steps made before these rows were begun (<see cref="RunPlan.DataStart"/>).</param>
    public static int[] Of(IReadOnlyList<Sample> rows, TrainingOptions options, int epoch, int dataStart = 0)
    {
        if (options.DisableShuffling || options.TrainSamplingStrategy == "sequential") return SampleOrder.InFileOrder(rows.Count);
        return options.TrainSamplingStrategy == "group_by_length"
            ? Grouped(rows, options, epoch, dataStart) : SampleOrder.Shuffled(rows.Count, options.DataSeed ?? options.Seed, epoch);
    }

    /// <summary>The training stream up to this epoch is drawn again: 64 bits at the start of every pass over rows, evaluations
    /// included, and a permutation in every epoch (golden/training/README.md 6.9).</summary>
    private static int[] Grouped(IReadOnlyList<Sample> rows, TrainingOptions options, int epoch, int dataStart)
    {
        RunPlan plan = RunPlan.Create(rows.Count, options, dataStart);
        var stream = new TorchGenerator(options.Seed);
        if (options.EvalOnStart) stream.Next64();
        for (int earlier = 0; earlier < epoch; earlier++)
        {
            stream.Next64();
            stream.Permutation(rows.Count);
            for (int step = 1; step <= plan.StepsPerEpoch; step++)
                if (plan.Events(dataStart + earlier * plan.StepsPerEpoch + step).Evaluate) stream.Next64();
        }
        stream.Next64();
        int[] lengths = [.. rows.Select(row => row.InputIds.Length)];
        return SampleOrder.GroupedByLength(lengths, options.PerDeviceTrainBatchSize * options.GradientAccumulationSteps, stream);
    }
}
