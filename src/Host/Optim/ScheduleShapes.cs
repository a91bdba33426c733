// The schedules by name: each gives the factor on the peak rate after so many finished steps.
using static System.Math;

namespace FastTune.Optim;

/// <summary>transformers' schedules (optimization.py), in double. A shape maps finished steps to a factor.</summary>
internal static class ScheduleShapes
{
    /// <summary>Name in <c>lr_scheduler_type</c> → how its shape is built. reduce_lr_on_plateau is no shape: see <see cref="Plateau"/>.</summary>
    public static readonly IReadOnlyDictionary<string, Func<ScheduleArguments, Func<int, double>>> All =
        new Dictionary<string, Func<ScheduleArguments, Func<int, double>>>(StringComparer.Ordinal)
        {
            ["linear"] = run => Warmed(run, step => Max(0, (double)(run.Total - step) / Decay(run))),
            ["cosine"] = Cosine,
            ["cosine_with_restarts"] = CosineWithRestarts,
            ["polynomial"] = Polynomial,
            ["constant"] = _ => _ => 1,
            ["constant_with_warmup"] = run => Warmed(run, _ => 1),
            ["inverse_sqrt"] = InverseSqrt,
            ["cosine_with_min_lr"] = CosineWithMinimum,
            ["cosine_warmup_with_min_lr"] = CosineWarmupWithMinimum,
            ["warmup_stable_decay"] = WarmupStableDecay.Create,
        };

    private static Func<int, double> Cosine(ScheduleArguments run)
    {
        double cycles = run.Number("num_cycles", 0.5);
        return Warmed(run, step => Max(0, Wave(cycles, Progress(run, step))));
    }

    private static Func<int, double> CosineWithRestarts(ScheduleArguments run)
    {
        double cycles = run.Number("num_cycles", 1);
        return Warmed(run, step =>
        {
            double progress = Progress(run, step);
            return progress >= 1 ? 0 : Max(0, 0.5 * (1 + Cos(PI * (cycles * progress % 1))));
        });
    }

    private static Func<int, double> Polynomial(ScheduleArguments run)
    {
        double end = run.Number("lr_end", 1e-7), power = run.Number("power", 1);
        if (run.BaseRate <= end) throw run.Error($"ends at lr_end {end}, which is not below learning_rate {run.BaseRate}");
        return Warmed(run, step =>
        {
            if (step >= run.Total) return end / run.BaseRate;
            double left = 1 - (double)(step - run.Warmup) / (run.Total - run.Warmup);
            return ((run.BaseRate - end) * Pow(left, power) + end) / run.BaseRate;
        });
    }

    private static Func<int, double> InverseSqrt(ScheduleArguments run)
    {
        double scale = run.Number("timescale", run.Warmup == 0 ? 10_000 : run.Warmup);
        if (scale <= 0) throw run.Error("needs a timescale above 0");
        double shift = scale - run.Warmup;
        return Warmed(run, step => 1 / Sqrt((step + shift) / scale));
    }

    private static Func<int, double> CosineWithMinimum(ScheduleArguments run)
    {
        double cycles = run.Number("num_cycles", 0.5), lowest = MinimumFactor(run);
        return Warmed(run, step => Max(0, Wave(cycles, Progress(run, step)) * (1 - lowest) + lowest));
    }

    // Its warm-up starts above 0: at one step's share, or at warmup_lr_rate; the wave is one step ahead.
    private static Func<int, double> CosineWarmupWithMinimum(ScheduleArguments run)
    {
        double cycles = run.Number("num_cycles", 0.5), lowest = MinimumFactor(run);
        double? start = run.OptionalNumber("warmup_lr_rate");
        return step => step < run.Warmup
            ? start is { } first ? first + (1 - first) * step / Max(1, run.Warmup - 1) : (step + 1.0) / Max(1, run.Warmup)
            : Max(0, Wave(cycles, Progress(run, step + 1)) * (1 - lowest) + lowest);
    }

    private static double MinimumFactor(ScheduleArguments run)
    {
        double? rate = run.OptionalNumber("min_lr"), factor = run.OptionalNumber("min_lr_rate");
        if (rate is null == factor is null) throw run.Error("needs either min_lr (a rate) or min_lr_rate (a share of learning_rate)");
        return factor ?? rate!.Value / run.BaseRate;
    }

    private static Func<int, double> Warmed(ScheduleArguments run, Func<int, double> after) =>
        step => step < run.Warmup ? (double)step / Max(1, run.Warmup) : after(step);

    private static double Wave(double cycles, double progress) => 0.5 * (1 + Cos(PI * cycles * 2 * progress));

    private static double Progress(ScheduleArguments run, int step) => (double)(step - run.Warmup) / Decay(run);

    private static int Decay(ScheduleArguments run) => Max(1, run.Total - run.Warmup);
}
