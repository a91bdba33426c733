// The schedule warmup_stable_decay: up, level, down, each with its own curve.
using static System.Math;

namespace FastTune.Optim;

/// <summary>Warm-up, stable and decay phases (arXiv 2404.06395), as transformers computes them. Without step counts a third of
/// what follows the warm-up is stable, as LLaMA-Factory sets it; with one count the other phase takes the rest.</summary>
internal static class WarmupStableDecay
{
    public static Func<int, double> Create(ScheduleArguments run)
    {
        var (stable, decay) = Phases(run);
        string rise = run.Choice("warmup_type", "linear", "cosine", "1-sqrt"), fall = run.Choice("decay_type", "cosine", "linear", "1-sqrt");
        double lowest = run.Number("min_lr_ratio", 0), cycles = run.Number("num_cycles", 0.5);
        return step =>
        {
            if (step < run.Warmup) return Above(lowest, Rise(rise, (double)step / Max(1, run.Warmup)));
            step -= run.Warmup;
            if (step < stable) return 1;
            step -= stable;
            return step < decay ? Above(lowest, Fall(fall, (double)step / Max(1, decay), cycles)) : lowest;
        };
    }

    private static (int Stable, int Decay) Phases(ScheduleArguments run)
    {
        int rest = Max(0, run.Total - run.Warmup);
        bool decayGiven = run.Has("num_decay_steps");
        int stable = run.Count("num_stable_steps", decayGiven ? Max(0, rest - run.Count("num_decay_steps", 0)) : rest / 3);
        int decay = run.Count("num_decay_steps", Max(0, rest - stable));
        return (stable, decay);
    }

    private static double Above(double lowest, double factor) => Max(0, factor * (1 - lowest) + lowest);

    private static double Rise(string curve, double progress) => curve switch
    {
        "linear" => progress,
        "cosine" => 0.5 * (1 - Cos(PI * progress)),
        _ => 1 - Sqrt(1 - progress),
    };

    private static double Fall(string curve, double progress, double cycles) => curve switch
    {
        "linear" => 1 - progress,
        "cosine" => 0.5 * (1 + Cos(PI * cycles * 2 * progress)),
        _ => 1 - Sqrt(progress),
    };
}
