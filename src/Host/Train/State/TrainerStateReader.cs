// Reads trainer_state.json back when a run resumes.
using System.Text.Json;
using FastTune.Train.Log;

namespace FastTune.Train.State;

internal static class TrainerStateReader
{
    public static TrainerState Read(JsonElement root) => new()
    {
        GlobalStep = root.GetProperty("global_step").GetInt32(),
        Epoch = root.GetProperty("epoch").GetDouble(),
        MaxSteps = root.GetProperty("max_steps").GetInt32(),
        NumTrainEpochs = root.GetProperty("num_train_epochs").GetInt32(),
        LoggingSteps = root.GetProperty("logging_steps").GetInt32(),
        EvalSteps = root.GetProperty("eval_steps").GetInt32(),
        SaveSteps = root.GetProperty("save_steps").GetInt32(),
        TrainBatchSize = root.GetProperty("train_batch_size").GetInt32(),
        NumInputTokensSeen = root.GetProperty("num_input_tokens_seen").GetInt64(),
        TotalFlos = root.GetProperty("total_flos").GetDouble(),
        BestGlobalStep = Optional(root, "best_global_step")?.GetInt32(),
        BestMetric = Optional(root, "best_metric")?.GetDouble(),
        BestModelCheckpoint = Optional(root, "best_model_checkpoint")?.GetString(),
        ShouldSave = Control(root, "should_save"),
        ShouldStop = Control(root, "should_training_stop"),
        EarlyStopping = Early(root),
        LogHistory = [.. root.GetProperty("log_history").EnumerateArray().Select(entry => (IReadOnlyDictionary<string, object?>)PythonValue.Of(entry)!)],
    };

    private static JsonElement? Optional(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement? Callback(JsonElement root, string name) =>
        Optional(root, "stateful_callbacks") is { } callbacks ? Optional(callbacks, name) : null;

    private static bool Control(JsonElement root, string flag) =>
        Callback(root, "TrainerControl") is { } control && control.GetProperty("args").GetProperty(flag).GetBoolean();

    private static EarlyStoppingState? Early(JsonElement root) => Callback(root, "EarlyStoppingCallback") is { } early
        ? new(early.GetProperty("args").GetProperty("early_stopping_patience").GetInt32(),
            early.GetProperty("attributes").GetProperty("early_stopping_patience_counter").GetInt32())
        : null;
}
