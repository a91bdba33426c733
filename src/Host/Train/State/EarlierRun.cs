// The run that a checkpoint was made by, as far as the one that goes on from it must know.
using FastTune.Formats;
using FastTune.Optim;

namespace FastTune.Train.State;

/// <param name="Folder">The checkpoint.</param>
/// <param name="State">Step, history, best evaluation.</param>
/// <param name="Run">Sums, and where the order of the rows began: with other rows, at this very step.</param>
internal sealed record EarlierRun(string Folder, TrainerState State, RunState Run)
{
    /// <summary>Reads a checkpoint; null when there is none to go on from.</summary>
    /// <param name="data">Fingerprint of the rows that will be trained on.</param>
    /// <param name="notes">Is told when they are not the rows of the checkpoint.</param>
    /// <exception cref="UserError">A file of the checkpoint is damaged.</exception>
    public static EarlierRun? Open(string? folder, string data, TextWriter notes)
    {
        if (folder is null) return null;
        TrainerState state = TrainerState.Read(folder);
        RunState run = ResumeState.LoadRun(folder) ?? new RunState(data, 0, 0, 0, 0, 0);
        if (run.Data != data)
        {
            notes.WriteLine($"note: the training rows are not those of {Printable.Line(folder)}: their order begins anew after step {state.GlobalStep}");
            run = run with { Data = data, DataStart = state.GlobalStep };
        }
        return new EarlierRun(folder, state, run);
    }

    /// <summary>Gives optimizer and schedule what the checkpoint has for them, and says what it lacks.</summary>
    /// <exception cref="UserError">Damaged, or of another optimizer or schedule.</exception>
    public void Restore(IOptimizer optimizer, RateSchedule schedule, TextWriter notes)
    {
        bool foreign = ForeignCheckpoint.Is(Folder), moments = File.Exists(Path.Combine(Folder, RunFiles.OptimizerName));
        if (foreign) notes.WriteLine($"note: {Printable.Line(ForeignCheckpoint.Lost(Folder, schedule.FollowsEvaluations))}");
        else if (!moments) notes.WriteLine($"note: {Printable.Line(Folder)} holds weights only (save_only_model): the optimizer's moments start at zero");
        if (moments)
        {
            using TensorSet file = Safetensors.Open(Path.Combine(Folder, RunFiles.OptimizerName));
            optimizer.Load(foreign ? ForeignCheckpoint.Renamed(file) : file);
        }
        if (!foreign && moments) schedule.Restore(ResumeState.LoadSchedule(Folder));
    }
}
