// Going on with a run: what may change and what may not, what is in the way in a folder, and checkpoints of another program.
using FastTune.Formats;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class ResumeTests
{
    [Theory]
    [InlineData("learning_rate=2e-2", "learning_rate", "0.02")]
    [InlineData("seed=7", "seed", "42")]
    [InlineData("per_device_train_batch_size=3", "per_device_train_batch_size", "3")]
    [InlineData("cutoff_len=32", "cutoff_len", "64")]
    [InlineData("weight_decay=0.1", "weight_decay", "0.1")]
    [InlineData("finetuning_type=freeze", "finetuning_type", "freeze")]
    public void Another_recipe_is_refused_by_the_key(string setting, string key, string value)
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "max_steps=2").Code);
        var (code, _, error) = run.Run("train", "max_steps=4", setting);
        Assert.Equal(1, code);
        string line = error.Trim().Split('\n')[^1];
        Assert.StartsWith($"fasttune: {key}: ", line);
        Assert.Contains(value, line);
        Assert.Contains("overwrite_output_dir", line);
        Assert.False(Directory.Exists(run.At("out", "checkpoint-4")));
    }

    [Fact]
    public void Length_logging_saving_evaluation_and_output_may_change()
    {
        using TinyRun whole = new(), parts = new();
        Assert.Equal(0, whole.Run("train").Code);
        Assert.Equal(0, parts.Run("train", "lr_scheduler_type=constant", "max_steps=2").Code);
        var (code, _, error) = parts.Run("train", "lr_scheduler_type=constant", "max_steps=4", "logging_steps=3", "save_steps=3", "save_total_limit=5", "plot_loss=true",
            "per_device_eval_batch_size=3", "disable_gradient_checkpointing=true");
        Assert.True(code == 0, error);
        Assert.Contains("after step 2", error);
        Assert.Equal(4, TrainerState.Read(parts.At("out")).GlobalStep);
    }

    [Fact]
    public void Other_rows_begin_their_order_anew_and_the_run_says_so()
    {
        using TinyRun first = new(), direct = new();
        Assert.Equal(0, first.Run("train", "max_steps=2").Code);
        first.WriteRows(File.ReadAllLines(first.At("data", "rows.jsonl")).Reverse());
        var (code, _, error) = first.Run("train", "max_steps=4");
        Assert.True(code == 0, error);
        Assert.Contains("their order begins anew after step 2", error);
        Assert.Equal(2, ResumeState.LoadRun(first.At("out", "checkpoint-4"))!.DataStart);
        // Step 3 saw epoch 0 of the new rows: its epoch is that of a first step.
        direct.Run("train", "max_steps=4");
        Assert.Equal(EpochOf(direct, 1), EpochOf(first, 3));
    }

    private static double EpochOf(TinyRun run, int step) =>
        (double)TrainerState.Read(run.At("out")).LogHistory.First(entry => entry["step"] is long number && number == step && entry.ContainsKey("loss"))["epoch"]!;

    [Fact]
    public void A_run_killed_before_its_end_was_written_writes_it()
    {
        using TinyRun whole = new(), parts = new();
        Assert.Equal(0, whole.Run("train").Code);
        Assert.Equal(0, parts.Run("train").Code);
        foreach (string file in Directory.GetFiles(parts.At("out"))) if (!file.EndsWith("trainer_log.jsonl", StringComparison.Ordinal)) File.Delete(file);
        var (code, _, error) = parts.Run("train");
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllBytes(whole.At("out", "model.safetensors")), File.ReadAllBytes(parts.At("out", "model.safetensors")));
        Assert.True(File.Exists(parts.At("out", "train_results.json")));
    }

    [Fact]
    public void A_resumed_run_logs_what_the_whole_run_logged()
    {
        using TinyRun whole = new(), parts = new();
        string[] keys = ["logging_steps=4", "save_steps=1", "max_steps=8"];
        Assert.Equal(0, whole.Run("train", keys).Code);
        Assert.Equal(0, parts.Run("train", keys).Code);
        foreach (int step in Enumerable.Range(3, 6)) Directory.Delete(parts.At("out", $"checkpoint-{step}"), recursive: true);
        Assert.Equal(0, parts.Run("train", keys).Code);
        Assert.Equal(TrainerState.Read(whole.At("out")).Series("loss"), TrainerState.Read(parts.At("out")).Series("loss"));
        Assert.Equal(Steps(whole), Steps(parts));

        static IEnumerable<string> Steps(TinyRun run) => File.ReadLines(run.At("out", "trainer_log.jsonl")).Select(line => line.Split(", \"lr")[0].Split(", \"percentage")[0]);
    }

    [Fact]
    public void Weights_without_a_checkpoint_are_refused_unless_overwritten()
    {
        using var run = new TinyRun();
        Directory.CreateDirectory(run.At("out"));
        Directory.CreateDirectory(run.At("out", "checkpoint-9"));
        File.WriteAllText(run.At("out", "adapter_model.bin"), "x");
        var (code, _, error) = run.Run("train");
        Assert.Equal(1, code);
        Assert.Contains("overwrite_output_dir", error);
        Assert.Equal(0, run.Run("train", "overwrite_output_dir=true", "save_strategy=no").Code);
    }

    [Fact]
    public void What_a_dead_run_left_is_cleared_with_a_word_and_an_incomplete_checkpoint_is_ignored()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "max_steps=4").Code);
        Directory.CreateDirectory(run.At("out", "checkpoint-6.unfinished"));
        Directory.CreateDirectory(run.At("out", "checkpoint-300"));
        Directory.Move(run.At("out", "checkpoint-4"), run.At("out", "checkpoint-4.replaced"));
        File.WriteAllText(run.At("out", "model.safetensors.123.tmp"), "x");
        File.WriteAllText(run.At("out", "notes.tmp"), "a user's");
        File.WriteAllText(run.At("out", RunLock.FileName), "process 1 on somewhere");
        var (code, _, error) = run.Run("train");
        Assert.True(code == 0, error);
        foreach (string part in new[] { "process 1 on somewhere", "checkpoint-6.unfinished: removed", "model.safetensors.123.tmp: removed", "checkpoint-300 is no complete checkpoint", "after step 4" })
            Assert.Contains(part, error);
        Assert.False(Path.Exists(run.At("out", "checkpoint-6.unfinished")) || Path.Exists(run.At("out", "checkpoint-4.replaced")));
        Assert.True(Path.Exists(run.At("out", "checkpoint-300")) && Path.Exists(run.At("out", "notes.tmp")));
    }

    [Fact]
    public void Overwriting_replaces_the_checkpoints_of_the_run_before()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "max_steps=8").Code);
        Assert.Equal(0, run.Run("train", "max_steps=3", "save_steps=3", "save_total_limit=1", "overwrite_output_dir=true", "learning_rate=1e-3").Code);
        Assert.Equal([3], new Checkpoints(run.At("out")).All().Select(entry => entry.Step));
    }

    [Fact]
    public void Later_checkpoints_are_not_lost_to_a_named_earlier_one()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train").Code);
        string named = $"resume_from_checkpoint={run.At("out", "checkpoint-2")}";
        var (code, _, error) = run.Run("train", named);
        Assert.Equal(1, code);
        Assert.Contains("checkpoint-6 is later", error);
        Assert.Equal(0, run.Run("train", named, "overwrite_output_dir=true", "save_steps=3").Code);
        Assert.Equal([2, 3, 6], new Checkpoints(run.At("out")).All().Select(entry => entry.Step));
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_free_again_afterwards()
    {
        using var run = new TinyRun();
        using (RunLock.Take(run.At("out"), TextWriter.Null))
        {
            var (code, _, error) = run.Run("train");
            Assert.Equal(1, code);
            Assert.Contains("another run is writing to", error);
            if (!OperatingSystem.IsWindows()) Assert.Contains($"process {Environment.ProcessId}", error);
        }
        Assert.Equal(0, run.Run("train", "max_steps=1", "save_strategy=no").Code);
        Assert.False(File.Exists(run.At("out", RunLock.FileName)));
    }

    [Fact]
    public void Checkpoints_of_weights_only_say_what_is_lost()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "max_steps=2", "save_only_model=true").Code);
        var (code, _, error) = run.Run("train", "max_steps=4");
        Assert.True(code == 0, error);
        Assert.Contains("moments start at zero", error);
    }

    [Theory]
    [InlineData("base_model.model.model.layers.0.mlp.up_proj.lora_A.default.weight/exp_avg", "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight/exp_avg")]
    [InlineData("base_model.model.model.embed_tokens.lora_embedding_A.default/step", "base_model.model.model.embed_tokens.lora_embedding_A/step")]
    [InlineData("base_model.model.model.embed_tokens.modules_to_save.default.weight/step", "model.embed_tokens.weight/step")]
    [InlineData("model.norm.weight/step", "model.norm.weight/step")]
    public void Names_of_the_other_programs_moments_are_ours(string theirs, string ours)
    {
        using var folder = new Formats.TemporaryFolder();
        string path = folder.File("optimizer_state.safetensors");
        Safetensors.Write(path, [TensorSource.Of(theirs, [1f], 1)]);
        using TensorSet file = Safetensors.Open(path);
        Assert.Equal(ours, Assert.Single(ForeignCheckpoint.Renamed(file).Tensors.Keys));
    }
}
