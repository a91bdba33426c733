// LoRA on a quantised base, as a recipe runs it: training, chat, and what an export says.
using FastTune.Cli;
using FastTune.Tests.Host.Cli;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class QloraTests
{
    [Theory]
    [InlineData("quantization_bit=4")]
    [InlineData("quantization_bit=4", "quantization_type=fp4", "double_quantization=false", "bf16=true")]
    [InlineData("quantization_bit=8")]
    public void A_quantised_base_trains_an_adapter_near_to_the_unquantised_one(params string[] quantization)
    {
        using TinyRun run = Base();
        string[] lora = Lora(run);
        var plain = run.Run("train", [.. lora, $"output_dir={run.At("plain")}"]);
        var quantised = run.Run("train", [.. lora, $"output_dir={run.At("quantised")}", .. quantization]);
        Assert.True(quantised.Code == 0, quantised.Error);
        Assert.Equal(Line(plain, "trainable params"), Line(quantised, "trainable params"));
        double[] one = Losses(run, "plain"), other = Losses(run, "quantised");
        Assert.NotEqual(one, other);
        for (int i = 0; i < one.Length; i++) Assert.Equal(one[i], other[i], 0.05 * one[i]);
        var (code, _, error) = run.Chat("hello\nexit\n", [$"adapter_name_or_path={run.At("quantised")}", "max_new_tokens=4", .. quantization.Where(word => !word.StartsWith("bf16", StringComparison.Ordinal))]);
        Assert.True(code == 0, error);
    }

    [Theory]
    [InlineData("quantization_bit=4", "remove the key")]
    [InlineData("quantization_method=hqq", "not yet supported")]
    public void An_export_is_not_quantised(string setting, string part)
    {
        using TinyRun run = Base();
        var terminal = new BufferTerminal();
        Assert.NotEqual(0, Shell.Run(["export", $"model_name_or_path={run.At("out")}", $"export_dir={run.At("exported")}", setting], terminal));
        Assert.Contains(part, terminal.Error.ToString());
        Assert.False(Directory.Exists(run.At("exported")));
    }

    [Theory]
    [InlineData("quantization_bit=3", "4 or 8")]
    [InlineData("finetuning_type=full", "lora")]
    [InlineData("train_from_scratch=true", "train_from_scratch")]
    public void What_does_not_go_together_is_named(string setting, string part)
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", "stage=sft", "finetuning_type=lora", "train_from_scratch=false", "quantization_bit=4", setting);
        Assert.NotEqual(0, code);
        Assert.Contains(part, error);
    }

    private static TinyRun Base()
    {
        var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "save_strategy=no").Code);
        return run;
    }

    private static string[] Lora(TinyRun run) =>
        ["stage=sft", "finetuning_type=lora", "train_from_scratch=false", $"model_name_or_path={run.At("out")}", "max_steps=4", "save_strategy=no", "learning_rate=1e-3"];

    private static string Line((int Code, string Out, string Error) result, string part) =>
        (result.Out + result.Error).Split('\n').First(line => line.Contains(part, StringComparison.Ordinal));

    private static double[] Losses(TinyRun run, string folder) => [.. TrainerState.Read(run.At(folder)).Series("loss").Select(entry => entry.Value)];
}
