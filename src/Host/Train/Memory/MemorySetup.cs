// From the recipe's memory keys to a schedule for the model, and a sentence about it.
using FastTune.Config;
using FastTune.Data;
using FastTune.Models;

namespace FastTune.Train.Memory;

internal static class MemorySetup
{
    /// <summary>With memory_limit: chooses the model's schedule. The limit holds for the whole process, so what it has taken so far counts.</summary>
    /// <exception cref="UserError">The limit is no size, or too little.</exception>
    public static void Apply(Recipe recipe, TrainingModel model, PreparedData data, TextWriter notes)
    {
        if (recipe.Training.OffloadActivations && recipe.Model.DisableGradientCheckpointing)
            throw new UserError("offload_activations: nothing is recomputed with disable_gradient_checkpointing: true, so nothing can wait in a file; leave one of them out", 2);
        if (recipe.Training.MemoryLimit is not { } text) return;
        long limit = MemorySize.Parse("memory_limit", text);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long beside = Math.Max(0, MachineMemory.Resident() - model.Decoder.Device.Memory.Touched);
        var fit = new MemoryFit(Heaviest(recipe, model.Decoder, data), beside, !recipe.Model.DisableGradientCheckpointing);
        FittedSchedule fitted = fit.Under(limit);
        if (MachineMemory.Peak() > limit)
            throw new UserError($"memory_limit: {MemorySize.Text(limit)} is too little, reading the model and the data took {MemorySize.Text(MachineMemory.Peak())}; raise it");
        model.Decoder.Schedule = fitted.Schedule;
        int layers = model.Decoder.Layers.Count;
        notes.WriteLine($"memory: {MemorySize.Text(fitted.Bytes)} planned of {MemorySize.Text(limit)}; {fitted.Schedule.Recomputed} of {layers} layers are recomputed, "
            + $"{fitted.Schedule.Thin} compute their MLP's inner rows again");
    }

    internal static HeaviestStep Heaviest(Recipe recipe, Decoder model, PreparedData data)
    {
        Batch batch = Longest(data.TrainRows, data.TrainCollator, recipe.Training.PerDeviceTrainBatchSize, recipe.Data.CutoffLen);
        var groups = OptimizerSetup.Groups(model, recipe.Optimizer);
        return new HeaviestStep(
            model, twin => OptimizerSetup.Create(twin.Device, OptimizerSetup.Groups(twin, recipe.Optimizer), recipe),
            groups.Count, batch, recipe.Training.GradientAccumulationSteps, recipe.Optimizer.MaxGradNorm)
        {
            Offloads = recipe.Training.OffloadActivations,
            Evaluated = data.EvalRows.Count == 0 ? null
                : Longest(data.EvalRows, data.EvalCollator, recipe.Training.PerDeviceEvalBatchSize, recipe.Data.CutoffLen),
        };
    }

    /// <summary>The longest rows together, each token labelled; of a stream, whose rows are not known, rows of the cutoff's length.</summary>
    private static Batch Longest(IReadOnlyList<Sample> rows, Collator collator, int size, int cutoff)
    {
        if (rows.Count == 0) return Full(size, cutoff);
        Batch batch = collator.Collate([.. rows.OrderByDescending(row => row.InputIds.Length).Take(size)]);
        return batch with { Labels = batch.InputIds, LabelWidth = batch.Width };
    }

    /// <summary>Rows without padding.</summary>
    internal static Batch Full(int rows, int width)
    {
        int[] ids = new int[rows * width], ones = new int[rows * width];
        Array.Fill(ones, 1);
        return new Batch
        {
            Rows = rows,
            Width = width,
            InputIds = ids,
            Labels = ids,
            LabelWidth = width,
            PositionIds = [.. Enumerable.Range(0, ids.Length).Select(i => i % width)],
            SequenceIds = ones,
            Origins = [],
        };
    }
}
