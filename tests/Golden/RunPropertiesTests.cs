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

    private static RunsCase Run(string name)
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        return new RunsCase(Path.Combine(SharedFolder.Golden()!, "training", "runs", name));
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);
}
