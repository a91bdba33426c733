// A run under a limit keeps as much as fits, and says the least it needs when nothing does; inputs in a file change no bit.
using FastTune.Config;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Tests.Host.Train;
using FastTune.Train.Memory;
using Xunit;

namespace FastTune.Tests.Train.Memory;

public class MemoryFitTests
{
    [Theory]
    [InlineData("6GB", 6_000_000_000)]
    [InlineData("1.5 g", 1_500_000_000)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("600mb", 600_000_000)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes) => Assert.Equal(bytes, MemorySize.Parse("memory_limit", text));

    [Theory]
    [InlineData("6")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("six GB")]
    [InlineData("1e300GB")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Contains("memory_limit", Assert.Throws<UserError>(() => MemorySize.Parse("memory_limit", text)).Message);

    [Fact]
    public void A_tighter_limit_keeps_less_and_the_least_is_named()
    {
        using var device = new CpuDevice();
        using Decoder model = PlannedModel.Lora(device);
        var fit = new MemoryFit(PlannedModel.Step(model), beside: 0, mayRecompute: true);
        int layers = model.Layers.Count;
        long all = fit.Bytes(ActivationSchedule.KeepAll), thin = fit.Bytes(new ActivationSchedule(0, layers)), inputs = fit.Bytes(ActivationSchedule.RecomputeAll);
        Assert.True(all > thin && thin > inputs, $"{all}, {thin}, {inputs}");
        Assert.Equal(ActivationSchedule.KeepAll, fit.Under(all).Schedule);
        foreach (long limit in new[] { all - 1, thin, (thin + inputs) / 2, inputs })
        {
            FittedSchedule fitted = fit.Under(limit);
            Assert.InRange(fitted.Bytes, 1, limit);
            Assert.NotEqual(ActivationSchedule.KeepAll, fitted.Schedule);
        }
        string message = Assert.Throws<UserError>(() => fit.Under(1_000_000)).Message;
        Assert.Contains("needs at least", message);
        Assert.Contains("offload_activations", message);
    }

    [Fact]
    public void Without_leave_to_recompute_the_remedy_says_so()
    {
        using var device = new CpuDevice();
        using Decoder model = PlannedModel.Lora(device);
        var fit = new MemoryFit(PlannedModel.Step(model), beside: 0, mayRecompute: false);
        Assert.Contains("disable_gradient_checkpointing", Assert.Throws<UserError>(() => fit.Under(1_000_000)).Message);
    }

    [Fact]
    public void Inputs_in_a_file_take_their_memory_away()
    {
        using var device = new CpuDevice();
        using Decoder model = PlannedModel.Lora(device);
        HeaviestStep heaviest = PlannedModel.Step(model);
        long inMemory = StepPlan.Run(heaviest, ActivationSchedule.RecomputeAll).Peak;
        long inFile = StepPlan.Run(heaviest with { Offloads = true }, ActivationSchedule.RecomputeAll).Peak;
        long inputs = (model.Layers.Count - 2L) * heaviest.Batch.InputIds.Length * model.Spec.HiddenSize * sizeof(float);
        Assert.True(inFile <= inMemory - inputs, $"{inFile} with a file, {inMemory} without, {inputs} bytes of inputs");
    }

    [Fact]
    public void A_run_under_a_limit_or_with_a_file_learns_the_same()
    {
        using TinyRun plain = new(), limited = new();
        Assert.Equal(0, plain.Run("train", "save_strategy=no").Code);
        var (code, _, error) = limited.Run("train", "save_strategy=no", "memory_limit=100GB", "offload_activations=true");
        Assert.True(code == 0, error);
        Assert.Contains("planned of 100.00 GB", error);
        var file = limited.Run("train", "save_strategy=no", "offload_activations=true", "overwrite_output_dir=true", $"output_dir={limited.At("file")}");
        Assert.True(file.Code == 0, file.Error);
        Assert.Equal(File.ReadAllBytes(plain.At("out", "model.safetensors")), File.ReadAllBytes(limited.At("file", "model.safetensors")));
        Assert.Empty(Directory.GetFiles(limited.At("file"), ".activations*"));
    }

    [Theory]
    [InlineData("memory_limit=1MB", "at least")]
    [InlineData("memory_limit=lots", "is no size")]
    public void What_cannot_be_is_one_line(string setting, string part)
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", setting);
        Assert.NotEqual(0, code);
        Assert.Contains(part, error);
    }

    [Fact]
    public void A_file_without_recomputed_layers_is_refused()
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", "offload_activations=true", "disable_gradient_checkpointing=true");
        Assert.Equal(2, code);
        Assert.Contains("offload_activations", error);
    }
}
