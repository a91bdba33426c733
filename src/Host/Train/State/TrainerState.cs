// trainer_state.json: where a run stands, and the history of what it logged.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Train.Log;

namespace FastTune.Train.State;

/// <summary>Patience of early stopping, and how much of it is used up.</summary>
public sealed record EarlyStoppingState(int Patience, int Counter);

/// <summary>The Trainer's state, as its file has it. Immutable; a run makes a new one per event.</summary>
public sealed record TrainerState
{
    public const string FileName = "trainer_state.json";

    public int GlobalStep { get; init; }

    public double Epoch { get; init; }

    public int MaxSteps { get; init; }

    public int NumTrainEpochs { get; init; }

    public int LoggingSteps { get; init; }

    public int EvalSteps { get; init; }

    public int SaveSteps { get; init; }

    public int TrainBatchSize { get; init; }

    /// <summary>Input ids seen, padding included; 0 when tokens are not counted.</summary>
    public long NumInputTokensSeen { get; init; }

    public double TotalFlos { get; init; }

    public int? BestGlobalStep { get; init; }

    public double? BestMetric { get; init; }

    public string? BestModelCheckpoint { get; init; }

    /// <summary>The last step was saved.</summary>
    public bool ShouldSave { get; init; }

    /// <summary>The run is over.</summary>
    public bool ShouldStop { get; init; }

    public EarlyStoppingState? EarlyStopping { get; init; }

    /// <summary>Logged figures in order; each has at least epoch and step.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> LogHistory { get; init; } = [];

    /// <summary>Figures of <paramref name="key"/> over the run, with their steps; empty when nothing was logged under it.</summary>
    public IReadOnlyList<(int Step, double Value)> Series(string key) =>
        [.. from entry in LogHistory
            where entry.TryGetValue(key, out object? value) && value is double or long or int
            select (Convert.ToInt32(entry["step"]), Convert.ToDouble(entry[key]))];

    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), PythonJson.Write(Fields(), indent: 2, sort: true) + "\n");

    /// <exception cref="UserError">No such file, or not a state.</exception>
    public static TrainerState Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return TrainerStateReader.Read(document.RootElement);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserError($"{path}: not a trainer state ({error.Message}); resume from another checkpoint", inner: error);
        }
    }

    private Dictionary<string, object?> Fields() => new()
    {
        ["best_global_step"] = BestGlobalStep,
        ["best_metric"] = BestMetric,
        ["best_model_checkpoint"] = BestModelCheckpoint,
        ["epoch"] = Epoch,
        ["eval_steps"] = EvalSteps,
        ["global_step"] = GlobalStep,
        ["is_hyper_param_search"] = false,
        ["is_local_process_zero"] = true,
        ["is_world_process_zero"] = true,
        ["log_history"] = LogHistory,
        ["logging_steps"] = LoggingSteps,
        ["max_steps"] = MaxSteps,
        ["num_input_tokens_seen"] = NumInputTokensSeen,
        ["num_train_epochs"] = NumTrainEpochs,
        ["save_steps"] = SaveSteps,
        ["stateful_callbacks"] = Callbacks(),
        ["total_flos"] = TotalFlos,
        ["train_batch_size"] = TrainBatchSize,
        ["trial_name"] = null,
        ["trial_params"] = null,
    };

    private Dictionary<string, object?> Callbacks()
    {
        var control = new Dictionary<string, object?>
        {
            ["should_epoch_stop"] = false,
            ["should_evaluate"] = false,
            ["should_log"] = false,
            ["should_save"] = ShouldSave,
            ["should_training_stop"] = ShouldStop,
        };
        var callbacks = new Dictionary<string, object?> { ["TrainerControl"] = Callback(control, []) };
        if (EarlyStopping is { } early)
            callbacks["EarlyStoppingCallback"] = Callback(
                new() { ["early_stopping_patience"] = early.Patience, ["early_stopping_threshold"] = 0.0 },
                new() { ["early_stopping_patience_counter"] = early.Counter });
        return callbacks;
    }

    private static Dictionary<string, object?> Callback(Dictionary<string, object?> arguments, Dictionary<string, object?> attributes) =>
        new() { ["args"] = arguments, ["attributes"] = attributes };
}
