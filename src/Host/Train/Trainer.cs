// The room's door: a training recipe goes in, an output folder comes out.
using FastTune.Config;
using FastTune.Data;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Templates;
using FastTune.Train.Memory;
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

    /// <param name="machine">Memory that the run must get along with; null: this machine's.</param>
    internal static int Run(Recipe recipe, ITerminal terminal, IDevice device, MachineMemory? machine = null)
    {
        TrainingOptions options = recipe.Training;
        string output = options.OutputDir ?? throw new UserError("output_dir: missing; name the folder that the run writes to", 2);
        RequireStage(recipe);
        using RunLock held = RunLock.Take(output, terminal.Error);
        Resumption resumption = Resumption.Find(recipe, output, terminal.Error);
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        PreparedData data = LoadData(recipe, template, terminal);
        RequireMemory(MemoryNeed.Of(recipe, template, data, resumption.Checkpoint), machine ?? MachineMemory.Read(), recipe, terminal);
        using TrainingModel model = TrainingModel.Load(recipe, template, device, resumption.Checkpoint);
        foreach (string warning in model.Config.Warnings) terminal.Error.WriteLine($"note: {Printable.Line(warning)}");
        if (options.DoTrain) MemorySetup.Apply(recipe, model, data, terminal.Error);
        using var run = new TrainingRun(recipe, model, data, terminal, output, resumption);
        if (options.DoTrain)
        {
            run.Announce();
            if (!run.Train()) return Interrupted;
        }
        if (options.DoEval && data.EvalRows.Count > 0) run.EvaluateAtEnd();
        if (options.DoTrain) run.SayNext();
        return 0;
    }

    private static void RequireMemory(MemoryNeed need, MachineMemory machine, Recipe recipe, ITerminal terminal)
    {
        need.Require(machine, recipe);
        terminal.Error.WriteLine(need.Describe(machine));
        if (machine.Free < need.Total)
            terminal.Error.WriteLine($"note: only {MemoryNeed.Size(machine.Free.Value)} of it are free now: other programs may be pushed out, or this one be ended");
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
}
