// The room's door: a training recipe goes in, an output folder comes out.
using System.Runtime.InteropServices;
using FastTune.Config;
using FastTune.Data;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Templates;
using FastTune.Train.State;

namespace FastTune.Train;

public static class Trainer
{
    private const int Interrupted = 130;

    /// <summary>Runs the recipe on the embedded default device. Exit code 0, or 130 after an interrupt (a checkpoint was saved).</summary>
    /// <exception cref="UserError">What of the recipe, the data or the model cannot be used.</exception>
    public static int Run(Recipe recipe, ITerminal terminal)
    {
        using var device = new CpuDevice();
        return Run(recipe, terminal, device);
    }

    internal static int Run(Recipe recipe, ITerminal terminal, IDevice device)
    {
        TrainingOptions options = recipe.Training;
        string output = options.OutputDir ?? throw new UserError("output_dir: missing; name the folder that the run writes to", 2);
        RequireStage(recipe);
        string? resume = ResumeFolder(options, output);
        RequireWritable(output);
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        PreparedData data = LoadData(recipe, template, terminal);
        using TrainingModel model = TrainingModel.Load(recipe, template, device, resume);
        foreach (string warning in model.Config.Warnings) terminal.Error.WriteLine($"note: {Printable.Line(warning)}");
        using var run = new TrainingRun(recipe, model, data, terminal, output, resume);
        if (options.DoTrain)
        {
            run.Announce();
            if (!run.Train()) return Interrupted;
        }
        if (options.DoEval && data.EvalRows.Count > 0) run.EvaluateAtEnd();
        if (options.DoTrain) run.SayNext();
        return 0;
    }

    private static PreparedData LoadData(Recipe recipe, ITemplate template, ITerminal terminal)
    {
        PreparedData data = DatasetLoader.Load(new DataRequest(
            recipe.Data, recipe.Method.Stage, template, recipe.Training.Seed, Training: recipe.Training.DoTrain));
        foreach (string warning in data.Warnings) terminal.Error.WriteLine($"note: {Printable.Line(warning)}");
        return data;
    }

    private static void RequireStage(Recipe recipe)
    {
        if (recipe.Method.Stage is not ("pt" or "sft"))
            throw new UserError($"stage: {recipe.Method.Stage} is not supported yet; choose pt or sft", 2);
        if (!recipe.Training.DoTrain && !recipe.Training.DoEval) throw new UserError("do_train: nothing to do; set do_train: true", 2);
    }

    /// <summary>The checkpoint to go on from: the one named, or the newest of an output folder that is not to be overwritten.</summary>
    private static string? ResumeFolder(TrainingOptions options, string output)
    {
        if (!options.DoTrain) return null;
        if (options.ResumeFromCheckpoint is { } named)
            return File.Exists(Path.Combine(named, TrainerState.FileName))
                ? named : throw new UserError($"resume_from_checkpoint: {named} holds no {TrainerState.FileName}; name a checkpoint-N folder");
        if (options.OverwriteOutputDir) return null;
        string? newest = new Checkpoints(output).Newest();
        if (newest is null && Directory.Exists(output) && Directory.EnumerateFiles(output, "*.safetensors").Any())
            throw new UserError($"output_dir: {output} holds weights but no checkpoint to go on from; set overwrite_output_dir: true or name another folder");
        return newest;
    }

    private static void RequireWritable(string output)
    {
        try
        {
            Directory.CreateDirectory(output);
            string probe = Path.Combine(output, ".fasttune-probe");
            File.WriteAllText(probe, RuntimeInformation.OSDescription);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"output_dir: {output} cannot be written ({error.Message}): check the folder and its permissions", inner: error);
        }
    }
}
