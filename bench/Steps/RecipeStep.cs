// The whole program on real rows beside the bench's own steps: what reading, logging and saving cost.
using System.Diagnostics;
using System.Globalization;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Train;

namespace FastTune.Bench.Steps;

internal static class RecipeStep
{
    /// <summary>`train-recipe`: tokens that the model sees a second, in `fasttune train` and in the bench, in turns; their ratio.</summary>
    public static int Run(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var ratios = new List<double>();
        for (int pair = 0; pair < options.Pairs; pair++)
        {
            double recipe = LastRate(Child.Start("train-recipe-run", options.Model, "--steps", $"{options.Steps}"), "recipe");
            double bench = LastRate(Child.Start("lora-bf16", "--steps", $"{options.Steps}"), "bench");
            ratios.Add(recipe / bench);
            Console.WriteLine($"pair {pair + 1}: tokens/s {ratios[^1]:F3}");
        }
        ratios.Sort();
        Console.WriteLine($"ratio tokens/s {ratios[ratios.Count / 2]:F3}");
        return 0;
    }

    /// <summary>`train-recipe-run MODEL`: examples/smollm2_lora.yaml in packed rows of 512 tokens, four a step, through the program's own door.</summary>
    public static int Train(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string output = Directory.CreateTempSubdirectory("fasttune-recipe-").FullName;
        try
        {
            (Recipe recipe, double[] tokens) = Prepare(options, output);
            using var clock = new StepClock();
            Trainer.Run(recipe, clock);
            double best = 0;
            for (int i = 1; i < Math.Min(clock.Seconds.Count, tokens.Length); i++) best = Math.Max(best, tokens[i] / (clock.Seconds[i] - clock.Seconds[i - 1]));
            Console.WriteLine($"RESULT recipe: best {best:F1} tok/s");
            return 0;
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static (Recipe, double[]) Prepare(BenchOptions options, string output)
    {
        string root = Child.Root();
        Recipe recipe = RecipeReader.Read(Purpose.Train,
        [
            Path.Combine(root, "examples/smollm2_lora.yaml"), $"model_name_or_path={options.Model}", $"dataset_dir={Path.Combine(root, "examples/quickstart_data")}",
            $"output_dir={output}", "packing=true", "gradient_accumulation_steps=1", "lora_dropout=0", "disable_gradient_checkpointing=true",
            $"max_steps={options.Steps + 1}", "save_strategy=no", "logging_steps=1", "plot_loss=false",
        ]);
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        PreparedData data = DatasetLoader.Load(new DataRequest(recipe.Data, recipe.Method.Stage, template, recipe.Training.Seed, Training: true));
        RunPlan plan = RunPlan.Create(data.TrainRows.Count, recipe.Training);
        using var feed = new BatchFeed(data, recipe.Training);
        return (recipe, [.. Enumerable.Range(1, plan.TotalSteps).Select(step => feed.Of(plan.Window(step)).Sum(batch => (double)BatchTokens.Of(batch).Ids.Length))]);
    }

    private static double LastRate(ProcessStartInfo start, string name)
    {
        double rate = 0;
        foreach (string line in Child.Lines(start))
        {
            Console.WriteLine($"{name,-8} {line}");
            int at = line.IndexOf(": best ", StringComparison.Ordinal);
            if (line.StartsWith("RESULT", StringComparison.Ordinal) && at > 0) rate = double.Parse(line[(at + 7)..].Split(' ')[0]);
        }
        return rate;
    }
}
