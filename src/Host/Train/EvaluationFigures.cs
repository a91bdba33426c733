// The figures of an evaluation of one set of rows, or of several sets each under its own name.
using System.Diagnostics;
using FastTune.Config;
using FastTune.Data;
using FastTune.Models;
using FastTune.Train.Log;

namespace FastTune.Train;

/// <summary>What an evaluation measured of a set.</summary>
/// <param name="Prefix">Begins the name of every figure: <c>eval</c>, or <c>eval_NAME</c> with eval_on_each_dataset.</param>
internal sealed record EvaluationFigures(string Prefix, double Loss, IReadOnlyDictionary<string, object?> Figures)
{
    private const string Alone = "eval";

    /// <summary>The set stands for all evaluation rows and has no name.</summary>
    public bool Single => Prefix == Alone;

    /// <summary>Names of the figures that are plotted.</summary>
    public static IEnumerable<string> Plotted(PreparedData data) =>
        data.EvalSets.Select(PrefixOf).DefaultIfEmpty(Alone).SelectMany(prefix => (string[])[$"{prefix}_loss", $"{prefix}_accuracy"]);

    /// <summary>Evaluates every set, in order.</summary>
    public static List<EvaluationFigures> Of(Decoder decoder, PreparedData data, TrainingOptions options)
    {
        var all = new List<EvaluationFigures>();
        foreach (EvalSet set in data.EvalSets)
        {
            string prefix = PrefixOf(set);
            var clock = Stopwatch.StartNew();
            int batch = options.PerDeviceEvalBatchSize, rows = set.Rows.Count;
            EvaluationResult result = Evaluation.Run(decoder, set.Rows, data.EvalCollator, batch, options.ComputeAccuracy);
            var figures = RunResults.Speed(prefix, clock.Elapsed, rows, (rows + batch - 1) / batch);
            figures[$"{prefix}_loss"] = result.Loss;
            if (result.Accuracy is { } accuracy) figures[$"{prefix}_accuracy"] = accuracy;
            all.Add(new EvaluationFigures(prefix, result.Loss, figures));
        }
        return all;
    }

    /// <summary>The figures of all sets together.</summary>
    public static Dictionary<string, object?> Together(IEnumerable<EvaluationFigures> sets) => new(sets.SelectMany(set => set.Figures));

    private static string PrefixOf(EvalSet set) => set.Name is null ? Alone : $"{Alone}_{set.Name}";
}
