// README.md of an output or checkpoint folder: what was trained, on what, with which settings.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Train.State;

namespace FastTune.Train;

internal static class RunCard
{
    public static void Write(string folder, string name, Recipe recipe, TrainerState state) => new ModelCard(
        name, recipe.Model.BaseName, recipe.Method.FinetuningType, recipe.Data.Dataset,
        [.. Last(state, "eval_loss", "Loss"), .. Last(state, "eval_accuracy", "Accuracy")],
        [
            ("learning_rate", $"{recipe.Optimizer.LearningRate}"), ("train_batch_size", $"{recipe.Training.PerDeviceTrainBatchSize}"),
            ("eval_batch_size", $"{recipe.Training.PerDeviceEvalBatchSize}"), ("seed", $"{recipe.Training.Seed}"),
            ("gradient_accumulation_steps", $"{recipe.Training.GradientAccumulationSteps}"),
            ("total_train_batch_size", $"{recipe.Training.PerDeviceTrainBatchSize * recipe.Training.GradientAccumulationSteps}"),
            ("optimizer", recipe.Optimizer.Optim), ("lr_scheduler_type", recipe.Optimizer.LrSchedulerType),
            ("num_epochs", $"{recipe.Training.NumTrainEpochs}"),
        ],
        null, [("FastTune", typeof(RunCard).Assembly.GetName().Version!.ToString(3))]).Write(folder);

    private static IEnumerable<(string Title, string Value)> Last(TrainerState state, string key, string title) =>
        state.Series(key).TakeLast(1).Select(entry => (title, entry.Value.ToString("F4")));
}
