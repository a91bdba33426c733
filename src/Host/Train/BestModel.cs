// Which evaluation was the best, when patience is over, and the way back to the best weights.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Models;
using FastTune.Train.State;

namespace FastTune.Train;

/// <summary>Judges evaluations as transformers' Trainer does. Without a metric nothing is judged.</summary>
internal sealed class BestModel(TrainingOptions options, bool plateau)
{
    private readonly string? _metric = Metric(options, plateau);

    /// <summary>Takes the figures of an evaluation into the state: best metric and step, patience, the wish to stop.</summary>
    /// <exception cref="UserError">The metric is not among the figures.</exception>
    public TrainerState Judge(TrainerState state, IReadOnlyDictionary<string, object?> figures)
    {
        if (_metric is null) return state;
        if (!figures.TryGetValue(_metric, out object? value) || value is not double figure)
            throw new UserError($"metric_for_best_model: no '{_metric}' is measured; choose among {string.Join(", ", figures.Keys.Where(key => figures[key] is double))}", 2);
        bool better = state.BestMetric is not { } best || (GreaterIsBetter ? figure > best : figure < best);
        if (better) state = state with { BestMetric = figure, BestGlobalStep = state.GlobalStep };
        if (options.EarlyStoppingSteps is not { } patience) return state;
        int without = better ? 0 : (state.EarlyStopping?.Counter ?? 0) + 1;
        return state with { EarlyStopping = new EarlyStoppingState(patience, without), ShouldStop = without >= patience };
    }

    private bool GreaterIsBetter => options.GreaterIsBetter ?? !_metric!.EndsWith("loss", StringComparison.Ordinal);

    private static string? Metric(TrainingOptions options, bool plateau)
    {
        string? name = options.MetricForBestModel ?? (options.LoadBestModelAtEnd || plateau ? "loss" : null);
        return name is null || name.StartsWith("eval_", StringComparison.Ordinal) ? name : "eval_" + name;
    }

    /// <summary>Gives the trained parameters the values they have in a checkpoint folder.</summary>
    /// <exception cref="UserError">A parameter is not in the checkpoint.</exception>
    public static void Load(Decoder decoder, string checkpoint)
    {
        string adapter = Path.Combine(checkpoint, PeftAdapter.WeightsName);
        using TensorSet set = File.Exists(adapter) ? Safetensors.Open(adapter) : Safetensors.OpenFolder(checkpoint);
        foreach (Parameter parameter in decoder.TrainableParameters)
        {
            string whole = PeftKeys.Whole(parameter.Name);
            StoredTensor stored = set[set.Tensors.ContainsKey(whole) ? whole : parameter.Name];
            DecoderLoader.WriteFloats(decoder.Device, stored.ToFloats(), parameter.Value);
        }
    }
}
