// Runs the run's heaviest steps on the plan device: same graph, same pool, no memory touched.
using FastTune.Config;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Plan;
using FastTune.Optim;
using FastTune.Templates;

namespace FastTune.Train.Memory;

internal static class PlannedSteps
{
    /// <summary>Two optimizer steps (the second one has the moments from its beginning) and an evaluation, each of the longest rows with a
    /// label at every token; then the books of <paramref name="device"/> hold the peak of the run.</summary>
    /// <returns>The largest weight's bytes as it will lie in memory.</returns>
    public static long Run(PlanDevice device, Recipe recipe, ITemplate template, PreparedData data, string? resume)
    {
        using TrainingModel model = TrainingModel.Load(recipe, template, device, resume);
        if (recipe.Training.DoTrain) Train(device, recipe, model, data);
        if (recipe.Training.DoEval && data.EvalSets.Count > 0)
        {
            int rows = recipe.Training.PerDeviceEvalBatchSize;
            foreach (EvalSet set in data.EvalSets.Where(set => set.Rows.Count > 0))
                Evaluation.Run(model.Decoder, [.. Longest(set.Rows, rows)], data.EvalCollator, rows, recipe.Training.ComputeAccuracy);
        }
        return model.Decoder.Parameters.Max(parameter => parameter.Shape.Count * sizeof(float));
    }

    private static void Train(PlanDevice device, Recipe recipe, TrainingModel model, PreparedData data)
    {
        var groups = OptimizerSetup.Groups(model.Decoder, recipe.Optimizer);
        using IOptimizer optimizer = OptimizerSetup.Create(device, groups, recipe);
        var step = new TrainingStep(model.Decoder, new Tape(device), optimizer, recipe.Optimizer.MaxGradNorm);
        int rows = recipe.Training.PerDeviceTrainBatchSize, cutoff = recipe.Data.CutoffLen;
        IEnumerable<Sample> longest = data.TrainStream is null ? Longest(data.TrainRows, rows) : Enumerable.Repeat(Full(cutoff), rows);
        Batch batch = data.TrainCollator.Collate([.. longest]);
        batch = batch with { Labels = batch.LabelWidth == batch.Width ? AllLabels(batch) : batch.Labels };
        Batch[] batches = [.. Enumerable.Repeat(batch, Math.Min(2, recipe.Training.GradientAccumulationSteps))];
        var rates = new double[groups.Count];
        for (ulong number = 0; number < 2; number++) step.Run(batches, rates, number);
    }

    private static IEnumerable<Sample> Longest(IReadOnlyList<Sample> rows, int count) =>
        rows.OrderByDescending(row => Math.Max(row.InputIds.Length, row.OtherIds?.Length ?? 0)).Take(count);

    private static Sample Full(int tokens) => new() { InputIds = new int[tokens], Labels = new int[tokens] };

    private static int[] AllLabels(Batch batch) => [.. batch.SequenceIds.Select((sequence, i) => sequence == 0 ? Sample.Ignored : batch.InputIds[i])];
}
