// The heart: one optimizer step. Forward and backward of its micro-batches, clip, update, clear.
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.GradNorm;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;

namespace FastTune.Train;

/// <summary>What a step came to.</summary>
/// <param name="Loss">Sum of the micro-batches' losses, each divided by the labels of the whole step.</param>
/// <param name="GradNorm">L2 norm of all gradients before clipping.</param>
public readonly record struct StepResult(float Loss, float GradNorm);

/// <summary>Runs steps of one model with one optimizer; nothing of a step outlives it.</summary>
public sealed class TrainingStep(Decoder model, Tape tape, IOptimizer optimizer, double maxGradNorm)
{
    private readonly List<Tensor> _gradients = [];

    /// <param name="batches">The micro-batches of the step; the divisor is the number of labels in all of them.</param>
    /// <param name="rates">Learning rate of each parameter group.</param>
    /// <param name="seed">Seed of the step's dropout masks.</param>
    public StepResult Run(IReadOnlyList<Batch> batches, ReadOnlySpan<double> rates, ulong seed)
    {
        int labels = 0;
        foreach (Batch batch in batches) labels += batch.LabelCount;

        float loss = 0;
        for (int i = 0; i < batches.Count; i++)
            loss += ForwardBackward(batches[i], labels == 0 ? 0 : 1f / labels, seed + (ulong)i);

        CollectGradients();
        using GradNormResult norm = GradNorm.Measure(model.Device, _gradients, maxGradNorm);
        float gradNorm = model.Device.ReadScalar(norm.Norm);
        if (float.IsFinite(loss) && float.IsFinite(gradNorm)) optimizer.Step(rates, norm.Factor);
        foreach (Parameter parameter in model.TrainableParameters) parameter.ClearGradient();
        return new StepResult(loss, gradNorm);
    }

    private float ForwardBackward(Batch batch, float weight, ulong seed)
    {
        TokenBatch tokens = BatchTokens.Of(batch);
        if (tokens.Labels.Length == 0) return 0;
        using var onDevice = new DeviceBatch(model, tokens);
        var context = new ForwardContext { Starts = onDevice.Starts, Rope = onDevice.Rope, Training = true, DropoutSeed = seed };
        using Tensor loss = model.Loss(tape, onDevice.Ids, onDevice.LabelRows, onDevice.Labels, weight, context);
        tape.Backward(loss);
        return model.Device.ReadScalar(loss);
    }

    private void CollectGradients()
    {
        _gradients.Clear();
        foreach (Parameter parameter in model.TrainableParameters)
            if (parameter.Gradient.Exists) _gradients.Add(parameter.Gradient);
    }
}
