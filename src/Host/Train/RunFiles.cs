// What a run leaves in its folder: checkpoints, and at the end the model or adapter with its tokenizer and card.
using System.Text.Json;
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Rng;
using FastTune.Tokenizers;
using FastTune.Train.State;

namespace FastTune.Train;

/// <param name="superseded">Checkpoints that this run leaves behind (<see cref="Resumption.Superseded"/>).</param>
internal sealed class RunFiles(Recipe recipe, TrainingModel model, string output, IReadOnlyList<string> superseded)
{
    public const string OptimizerName = "optimizer_state.safetensors", ArgumentsName = "training_args.json";
    private const long ShardBytes = 5_000_000_000;
    private readonly Checkpoints _checkpoints = new(output);
    private IReadOnlyList<string> _superseded = superseded;

    /// <summary>Writes checkpoint-N whole, then prunes; returns the state with the best checkpoint's path filled in.</summary>
    /// <exception cref="UserError">Too little space, or the disk failed: the checkpoints before are as they were.</exception>
    public TrainerState Checkpoint(TrainerState state, IOptimizer optimizer, RateScheduleState schedule, RunState run)
    {
        if (state.BestGlobalStep == state.GlobalStep)
            state = state with { BestModelCheckpoint = Path.Combine(output, $"checkpoint-{state.GlobalStep}") };
        try
        {
            RequireSpace($"checkpoint-{state.GlobalStep}", optimizer);
            _checkpoints.Write(state.GlobalStep, folder => Fill(folder, state, optimizer, schedule, run));
            _checkpoints.Prune(recipe.Training.SaveTotalLimit, state.BestModelCheckpoint);
        }
        catch (Exception error) when (error is UserError or IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{error.Message}; {Standing()}", inner: error);
        }
        return state;
    }

    /// <exception cref="UserError">A checkpoint would not fit on the disk.</exception>
    public void RequireSpace(string name, IOptimizer optimizer) => DiskSpace.Require(output, name, model, optimizer, recipe.Training.SaveOnlyModel);

    private void Fill(string folder, TrainerState state, IOptimizer optimizer, RateScheduleState schedule, RunState run)
    {
        WriteModel(folder);
        state.Write(folder);
        Describe(folder, state);
        if (!recipe.Training.SaveOnlyModel)
        {
            Safetensors.Write(Path.Combine(folder, OptimizerName), optimizer.Save());
            ResumeState.SaveSchedule(folder, schedule);
            ResumeState.SaveRandom(folder, new TorchGenerator(recipe.Training.Seed).Save(), run);
        }
        foreach (string old in _superseded.Where(Directory.Exists)) Checkpoints.Delete(old);
        _superseded = [];
    }

    private string Standing() => _checkpoints.Newest() is { } newest
        ? $"{newest} is complete: {HowToGoOn()}" : "there is no checkpoint yet: the run has to begin again";

    /// <summary>What a user does to continue from the newest checkpoint: the same command, unless that would begin anew.</summary>
    public string HowToGoOn() => recipe.Training.OverwriteOutputDir || recipe.Given.GetValueOrDefault("resume_from_checkpoint") is not null
        ? $"to go on, run the same command with resume_from_checkpoint={_checkpoints.Newest()}" : "run the same command to go on";

    /// <summary>True when the output folder itself holds what a run writes at its end, of just this step.</summary>
    public bool HasEnd(int step) => File.Exists(Path.Combine(output, "train_results.json"))
        && File.Exists(Path.Combine(output, TrainerState.FileName)) && TrainerState.Read(output).GlobalStep == step;

    /// <summary>A run that begins anew makes the results of an earlier one in the same folder untrue.</summary>
    public void ForgetEnd() => AtomicFile.Disk.Delete(Path.Combine(output, "train_results.json"));

    /// <summary>The end of a run: model, state, arguments and model card in the output folder itself.</summary>
    public void Final(TrainerState state)
    {
        WriteModel(output);
        state.Write(output);
        Describe(output, state);
    }

    /// <summary>The card and the recipe's keys, in the output folder and in each checkpoint.</summary>
    private void Describe(string folder, TrainerState state)
    {
        AtomicFile.WriteText(Path.Combine(folder, ArgumentsName), JsonSerializer.Serialize(recipe.Given, ConfigWriter.Format) + "\n");
        RunCard.Write(folder, Path.GetFileName(Path.GetFullPath(output)), recipe, state);
    }

    private void WriteModel(string folder)
    {
        Decoder decoder = model.Decoder;
        if (model.Adapter is { } adapter) LoraAdapters.Write(folder, decoder, adapter);
        else
        {
            Safetensors.WriteFolder(folder, [.. decoder.Parameters.Select(parameter => ParameterSource.Of(decoder.Device, parameter))], ShardBytes);
            ConfigWriter.Write(folder, ConfigWriter.Changed(
                model.Config, recipe.Precision.PureBf16 ? "bfloat16" : "float32", decoder.Spec.VocabularySize, decoder.Spec.TiedHead),
                GenerationConfigFile.Of(recipe.Model.ModelNameOrPath, model.Config));
        }
        TokenizerWriter.Write(model.Template.Tokenizer, folder, recipe.Model.ModelMaxLength);
    }
}
