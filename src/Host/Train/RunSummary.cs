// What a run says of itself: the figures before the first step, and what to do after the last.
using FastTune.Config;
using FastTune.Models;
using FastTune.Train.State;

namespace FastTune.Train;

internal static class RunSummary
{
    public static void Write(TextWriter output, Recipe recipe, TrainingModel model, int? rows, RunPlan plan, EarlierRun? earlier)
    {
        long trained = model.Decoder.TrainableParameters.Sum(parameter => parameter.Shape.Count);
        long all = model.Decoder.Size + model.Decoder.Adapters.Sum(adapter => adapter.Pair.A.Shape.Count + adapter.Pair.B.Shape.Count);
        int batch = recipe.Training.PerDeviceTrainBatchSize, accumulation = recipe.Training.GradientAccumulationSteps;
        string data = rows is null ? "a stream of examples" : $"{rows:N0} examples, {plan.Epochs} epochs";
        output.WriteLine($"{data}, {plan.TotalSteps:N0} steps; batch {batch} x accumulation {accumulation} = {batch * accumulation}");
        output.WriteLine($"trainable params: {trained:N0} || all params: {all:N0} || trainable%: {100.0 * trained / all:F4}");
        if (earlier is not null) output.WriteLine($"resuming from {earlier.Folder}, after step {earlier.State.GlobalStep:N0}");
    }

    /// <summary>The Trainer's estimate: 6 FLOPs a token and parameter outside the embedding.</summary>
    public static double Flops(Decoder model, long tokens) =>
        6.0 * tokens * (model.Size - model.Embedding.Shape.Count);

    public static void Next(TextWriter output, Recipe recipe, string folder)
    {
        bool lora = recipe.Method.FinetuningType == "lora";
        string model = lora ? recipe.Model.BaseName : folder, adapter = lora ? $" adapter_name_or_path={folder}" : "";
        string template = recipe.Data.Template is { } name ? $" template={name}" : "";
        output.WriteLine($"saved to {folder}. Next:");
        output.WriteLine($"  talk to it   ./fasttune chat model_name_or_path={model}{adapter}{template}");
        output.WriteLine($"  export it    ./fasttune export model_name_or_path={model}{adapter}{template} export_dir={folder}-merged");
    }
}
