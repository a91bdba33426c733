// What a resumed run needs besides weights and optimizer: scheduler_state.json and rng_state.json of a checkpoint.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Formats;
using FastTune.Optim;
using FastTune.Rng;

namespace FastTune.Train.State;

/// <summary>Saves and loads the schedule's and the random stream's position, and the run's sums.</summary>
public static class ResumeState
{
    public const string SchedulerName = "scheduler_state.json", RandomName = "rng_state.json";
    private const string RunKey = "run";
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void SaveSchedule(string folder, RateScheduleState state) => Save(Path.Combine(folder, SchedulerName), state);

    /// <param name="run">Kept beside the stream: LLaMA-Factory's checkpoints have no file for it, and ours have their files and no others.</param>
    public static void SaveRandom(string folder, TorchGeneratorState state, RunState? run = null)
    {
        JsonNode file = JsonSerializer.SerializeToNode(state, Json)!;
        file[RunKey] = JsonSerializer.SerializeToNode(run, Json);
        Save(Path.Combine(folder, RandomName), file);
    }

    /// <summary>Null where the checkpoint does not say (another program made it, or it holds weights only).</summary>
    /// <exception cref="UserError">Damaged file.</exception>
    public static RunState? LoadRun(string folder) =>
        File.Exists(Path.Combine(folder, RandomName)) ? Load<RandomFile>(Path.Combine(folder, RandomName)).Run : null;

    /// <exception cref="UserError">Missing or damaged file.</exception>
    public static RateScheduleState LoadSchedule(string folder) => Load<RateScheduleState>(Path.Combine(folder, SchedulerName));

    /// <exception cref="UserError">Missing or damaged file.</exception>
    public static TorchGeneratorState LoadRandom(string folder) => Load<TorchGeneratorState>(Path.Combine(folder, RandomName));

    private sealed record RandomFile(RunState? Run);

    private static void Save<T>(string path, T state) => AtomicFile.WriteText(path, JsonSerializer.Serialize(state, Json));

    private static T Load<T>(string path) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserError($"{path}: cannot be read ({error.Message}); resume from another checkpoint, or start anew with overwrite_output_dir: true", inner: error);
        }
    }
}
