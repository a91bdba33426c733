// Whole runs of a tiny model: what they leave behind, how they resume, and the one line that says why one cannot run.
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class TrainerTests
{
    [Fact]
    public void A_run_lowers_the_loss_and_leaves_its_files()
    {
        using var run = new TinyRun();
        var (code, output, error) = run.Run("train", "max_steps=30", "save_total_limit=2", "plot_loss=true");
        Assert.True(code == 0, error);
        var losses = TrainerState.Read(run.At("out")).Series("loss").Select(entry => entry.Value).ToArray();
        Assert.Equal(30, losses.Length);
        Assert.True(losses[^1] < 0.6 * losses[0], $"{losses[0]} -> {losses[^1]}");
        Assert.Contains("fasttune chat", output);
        foreach (string file in new[] { "model.safetensors", "config.json", "tokenizer.json", "trainer_log.jsonl", "trainer_state.json",
            "train_results.json", "all_results.json", "training_args.json", "README.md", "training_loss.png" })
            Assert.True(File.Exists(run.At("out", file)), file);
        Assert.Equal(["checkpoint-28", "checkpoint-30"], Directory.GetDirectories(run.At("out")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Resuming_gives_the_bits_of_the_uninterrupted_run()
    {
        using TinyRun whole = new(), parts = new();
        Assert.Equal(0, whole.Run("train").Code);
        Assert.Equal(0, parts.Run("train").Code);
        Directory.Delete(parts.At("out", "checkpoint-6"), recursive: true);
        Directory.Delete(parts.At("out", "checkpoint-4"), recursive: true);
        var (code, _, error) = parts.Run("train");
        Assert.True(code == 0, error);
        Assert.Contains("resuming from", error);
        Assert.Equal(File.ReadAllBytes(whole.At("out", "model.safetensors")), File.ReadAllBytes(parts.At("out", "model.safetensors")));
    }

    [Fact]
    public void A_finished_run_says_so_and_keeps_its_log()
    {
        using var run = new TinyRun();
        run.Run("train");
        string log = File.ReadAllText(run.At("out", "trainer_log.jsonl"));
        var (code, _, error) = run.Run("train");
        Assert.Equal(0, code);
        Assert.Contains("nothing is left to train", error);
        Assert.Equal(log, File.ReadAllText(run.At("out", "trainer_log.jsonl")));
    }

    [Fact]
    public void A_lora_run_writes_an_adapter_and_small_batches_add_up()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "save_strategy=no").Code);
        string[] lora = ["stage=sft", "finetuning_type=lora", "train_from_scratch=false", $"model_name_or_path={run.At("out")}", "max_steps=3",
            "save_strategy=no", "disable_shuffling=true", "learning_rate=1e-3"];
        var large = run.Run("train", [.. lora, $"output_dir={run.At("large")}", "per_device_train_batch_size=4"]);
        Assert.True(large.Code == 0, large.Error);
        var small = run.Run("train", [.. lora, $"output_dir={run.At("small")}", "per_device_train_batch_size=1", "gradient_accumulation_steps=4"]);
        Assert.True(small.Code == 0, small.Error);
        Assert.True(File.Exists(run.At("large", "adapter_model.safetensors")));
        var pairs = TrainerState.Read(run.At("large")).Series("loss").Zip(TrainerState.Read(run.At("small")).Series("loss"));
        foreach (var (one, many) in pairs) Assert.Equal(one.Value, many.Value, 1e-5);
    }

    [Theory]
    [InlineData("output_dir=/proc/nowhere", 1, "output_dir: /proc/nowhere cannot be written")]
    [InlineData("model_name_or_path=/nowhere", 1, "/nowhere")]
    [InlineData("cutoff_len=0", 1, "cutoff_len")]
    [InlineData("fp16=true", 1, "fp16")]
    [InlineData("stage=dpo", 1, "dpo")]
    [InlineData("learning_rate=fast", 1, "learning_rate")]
    [InlineData("lora_rnk=8", 1, "lora_rank")]
    public void What_cannot_run_is_one_line(string setting, int code, string part)
    {
        using var run = new TinyRun();
        var (actual, output, error) = run.Run("train", setting);
        Assert.Equal((code, ""), (actual, output));
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), text => !text.StartsWith("note:", StringComparison.Ordinal));
        Assert.Contains(part, line);
    }

    [Fact]
    public void A_truncated_model_file_is_named()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "save_strategy=no").Code);
        string weights = run.At("out", "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        var (code, _, error) = run.Run("train", "train_from_scratch=false", $"model_name_or_path={run.At("out")}", $"output_dir={run.At("again")}");
        Assert.Equal(1, code);
        Assert.Contains("model.safetensors", error);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_and_names_step_and_rows()
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", "learning_rate=1e30", "max_grad_norm=0", "max_steps=10", "save_strategy=no");
        Assert.Equal(1, code);
        Assert.Matches(@"step \d+: loss .*rows\.jsonl, row \d+", error);
        Assert.False(File.Exists(run.At("out", "model.safetensors")));
    }

    [Fact]
    public void A_malformed_row_is_named_by_file_and_row()
    {
        using var run = new TinyRun();
        run.WriteRows(["""{"instruction": "a", "output": "b"}""", "{broken"]);
        var (code, _, error) = run.Run("train");
        Assert.Equal(1, code);
        Assert.Matches(@"rows\.jsonl.*(row|line) 2", error);
    }
}
