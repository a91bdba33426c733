// Where a run goes on, if it does: the checkpoint named or found in its output folder, and what is in the way there.
using FastTune.Config;

namespace FastTune.Train.State;

/// <param name="Checkpoint">Folder to go on from; null: the run starts anew.</param>
/// <param name="Superseded">Checkpoints of the output folder that this run leaves behind: they go when its own first one is written.</param>
internal sealed record Resumption(string? Checkpoint, IReadOnlyList<string> Superseded)
{
    private static readonly string[] Weights = ["*.safetensors", "pytorch_model*.bin", "adapter_model.bin"];

    /// <summary>Looks through the output folder, which must be locked.</summary>
    /// <param name="notes">Is told what was cleared away and what is ignored.</param>
    /// <exception cref="UserError">A named checkpoint that is none; weights without a checkpoint; later checkpoints that would be lost; a
    /// recipe that is not the checkpoint's.</exception>
    public static Resumption Find(Recipe recipe, string output, TextWriter notes)
    {
        TrainingOptions options = recipe.Training;
        var checkpoints = new Checkpoints(output);
        if (!options.DoTrain) return new Resumption(null, []);
        foreach (string name in checkpoints.Tidy()) notes.WriteLine($"note: {Printable.Line(name)}: removed; a run that did not come to its end had left it in {output}");
        foreach (string path in checkpoints.Incomplete()) notes.WriteLine($"note: {Printable.Line(path)} is no complete checkpoint (it has no {TrainerState.FileName}): ignored");
        Resumption found = Named(recipe) is { } named ? From(named, checkpoints, options)
            : options.OverwriteOutputDir ? new Resumption(null, [.. checkpoints.All().Select(entry => entry.Path)])
            : new Resumption(Newest(checkpoints, output), []);
        if (found.Checkpoint is { } checkpoint) ResumeRules.Require(checkpoint, recipe);
        return found;
    }

    /// <summary>The checkpoint that the recipe itself names; one that Config found in the output folder is looked for again here.</summary>
    private static string? Named(Recipe recipe) =>
        recipe.Given.GetValueOrDefault("resume_from_checkpoint") is null ? null : recipe.Training.ResumeFromCheckpoint;

    private static Resumption From(string named, Checkpoints checkpoints, TrainingOptions options)
    {
        if (!File.Exists(Path.Combine(named, TrainerState.FileName)))
            throw new UserError($"resume_from_checkpoint: {named} holds no {TrainerState.FileName}; name a checkpoint-N folder");
        int step = TrainerState.Read(named).GlobalStep;
        string[] later = [.. checkpoints.All().Where(entry => entry.Step > step).Select(entry => entry.Path)];
        if (later.Length > 0 && !options.OverwriteOutputDir)
            throw new UserError($"resume_from_checkpoint: {named} is at step {step}, but {later[^1]} is later and would be lost: leave resume_from_checkpoint "
                + "out to go on from there, set overwrite_output_dir: true, or name another output_dir");
        return new Resumption(named, later);
    }

    private static string? Newest(Checkpoints checkpoints, string output)
    {
        string? newest = checkpoints.Newest();
        if (newest is null && Weights.Any(pattern => Directory.EnumerateFiles(output, pattern).Any()))
            throw new UserError($"output_dir: {output} holds weights but no checkpoint to go on from; set overwrite_output_dir: true or name another folder");
        return newest;
    }
}
