// What the command line asks for.
namespace FastTune.Bench.Steps;

/// <param name="Bench">Name of the bench.</param>
/// <param name="Peer">Peer to run side by side, or null.</param>
/// <param name="Pairs">How often each of the two runs.</param>
/// <param name="Steps">Timed steps of a run, after one that is not.</param>
/// <param name="Ops">Print the time of each op.</param>
/// <param name="Model">Model file of `startup`.</param>
/// <param name="Int8">Answers round the activations.</param>
/// <param name="Limit">Memory limit of one run of `memory-limit`, like 2GB; null: the three of the bench.</param>
/// <param name="PlanOnly">`long-context`: book the step, do not run it.</param>
/// <param name="Error">What is wrong with the arguments, or null.</param>
internal sealed record BenchOptions(
    string Bench, string? Peer, int Pairs, int Steps, bool Ops, string Model, string? Error, bool Int8 = false, string? Limit = null, bool PlanOnly = false)
{
    private const string SmolLm2 = "../shared/models/smollm2-135m-instruct";

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions(args.Length > 0 ? args[0] : "", null, 3, 3, false, SmolLm2, null);
        for (int i = 1; i < args.Length; i++) options = options.With(args, ref i);
        return options;
    }

    private BenchOptions With(string[] args, ref int i)
    {
        string name = args[i];
        if (name == "--ops") return this with { Ops = true };
        if (name == "--int8") return this with { Int8 = true };
        if (name == "--plan") return this with { PlanOnly = true };
        if (!name.StartsWith("--", StringComparison.Ordinal)) return this with { Model = name };
        string value = i + 1 < args.Length ? args[++i] : "";
        if (name == "--peer") return value is "torchsharp" or "llama" ? this with { Peer = value } : this with { Error = "--peer: torchsharp or llama" };
        if (name == "--limit") return this with { Limit = value };
        if (name is not ("--pairs" or "--steps")) return this with { Error = $"{name} is not an option" };
        if (!int.TryParse(value, out int count) || count < 1) return this with { Error = $"{name} needs a number from 1" };
        return name == "--pairs" ? this with { Pairs = count } : this with { Steps = count };
    }
}
