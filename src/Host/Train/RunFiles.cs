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

internal sealed class RunFiles(Recipe recipe, TrainingModel model, string output)
{
    private const string OptimizerName = "optimizer_state.safetensors", ArgumentsName = "training_args.json";
    private const long ShardBytes = 5_000_000_000;
    private readonly Checkpoints _checkpoints = new(output);

    /// <summary>Writes checkpoint-N whole, then prunes; returns the state with the best checkpoint's path filled in.</summary>
    public TrainerState Checkpoint(TrainerState state, IOptimizer optimizer, RateScheduleState schedule)
    {
        if (state.BestGlobalStep == state.GlobalStep)
            state = state with { BestModelCheckpoint = Path.Combine(output, $"checkpoint-{state.GlobalStep}") };
        _checkpoints.Write(state.GlobalStep, folder =>
        {
            WriteModel(folder);
            state.Write(folder);
            Describe(folder, state);
            if (recipe.Training.SaveOnlyModel) return;
            Safetensors.Write(Path.Combine(folder, OptimizerName), optimizer.Save());
            ResumeState.SaveSchedule(folder, schedule);
            ResumeState.SaveRandom(folder, new TorchGenerator(recipe.Training.Seed).Save());
        });
        _checkpoints.Prune(recipe.Training.SaveTotalLimit, state.BestModelCheckpoint);
        return state;
    }

    public static TensorSet OpenOptimizer(string folder) => Safetensors.Open(Path.Combine(folder, OptimizerName));

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
