// Properties of recorded runs beyond their figures: bf16 stays close to fp32, a resumed run gives the same bits.
using FastTune.Parity;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Golden;

public sealed class RunPropertiesTests : IDisposable
{
    private const double MaxShareOfBf16 = 0.005;
    private readonly string _scratch = Directory.CreateTempSubdirectory("fasttune-runs-").FullName;

    [Theory]
    [InlineData("sft_lora")]
    [InlineData("sft_lora_fresh")]
    [InlineData("sft_full")]
    [InlineData("sft_full_accum")]
    public void Bf16_stays_within_half_a_percent_of_the_fp32_loss(string name)
    {
        var run = Run(name);
        string output = run.Train(_scratch, "bf16=true");
        var losses = TrainerState.Read(output).Series("loss").ToDictionary(entry => entry.Step, entry => entry.Value);
        foreach (var step in run.Curve.GetProperty("steps").EnumerateArray())
        {
            int number = step.GetProperty("step").GetInt32();
            double wanted = step.GetProperty("loss").GetDouble(), share = Math.Abs(losses[number] - wanted) / wanted;
            Assert.True(share <= MaxShareOfBf16, $"{name} step {number}: loss {losses[number]}, fp32 had {wanted}: {share:P2} apart");
        }
    }

    [Theory]
    [InlineData("sft_lora_resume_whole", "adapter_model.safetensors")]
    [InlineData("sft_full", "model.safetensors")]
    public void A_resumed_run_ends_with_the_same_bytes(string name, string weights)
    {
        string whole = Run(name).Train(_scratch, "save_strategy=steps", "save_steps=4");
        string resumed = Run(name).Train(_scratch, "save_strategy=no", $"resume_from_checkpoint={Path.Combine(whole, "checkpoint-8")}");
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, weights)), File.ReadAllBytes(Path.Combine(resumed, weights)));
    }

    /// <summary>optimizer_state.safetensors beside the checkpoint is what its pickle holds: with it the other program's run goes on.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_checkpoint_of_llama_factory_goes_on(bool moments)
    {
        var run = Run("sft_lora_resumed");
        string theirs = Path.Combine(Path.GetDirectoryName(run.Folder)!, "sft_lora_resume_whole", "checkpoint-8"), copy = Path.Combine(_scratch, "checkpoint-8");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(theirs).Where(file => moments || Path.GetFileName(file) != "optimizer_state.safetensors"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var losses = TrainerState.Read(run.Train(_scratch, $"resume_from_checkpoint={copy}")).Series("loss").ToDictionary(entry => entry.Step, entry => entry.Value);
        var steps = run.Curve.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("step").GetInt32() > 8).ToList();
        Assert.NotEmpty(steps);
        Assert.Equal(moments, steps.All(step => Math.Abs(losses[step.GetProperty("step").GetInt32()] / step.GetProperty("loss").GetDouble() - 1) <= 1e-4));
    }

    private static RunsCase Run(string name)
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        return new RunsCase(Path.Combine(SharedFolder.Golden()!, "training", "runs", name));
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);
}
