// Exported folders: what was computed before the export is computed after it, and the files say what they hold.
using FastTune.Adapters;
using FastTune.Cli;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Tests.Host.Cli;
using FastTune.Tests.Host.Train;
using Xunit;

namespace FastTune.Tests.Host.Export;

public sealed class ExporterTests : IDisposable
{
    private readonly TinyRun _run = new();

    public ExporterTests() => Assert.Equal(0, _run.Run("train", "save_strategy=no").Code);

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("lora_target=all", true)]
    [InlineData("additional_target=embed_tokens", false)]
    [InlineData("additional_target=lm_head", false)]
    public void A_merged_model_answers_as_base_and_adapter(string setting, bool tied)
    {
        Train("adapter", setting);
        Export("merged", "infer_dtype=float32", $"adapter_name_or_path={_run.At("adapter")}");
        float[] plain = Logits(_run.At("out")), before = Logits(_run.At("out"), _run.At("adapter")), after = Logits(_run.At("merged"));
        Assert.True(Difference(before, plain) > 1e-2, "the adapter changes nothing, so that the comparison would say nothing");
        Assert.True(Difference(before, after) < 1e-4, $"{Difference(before, after)}");
        using var merged = FastTune.Models.Checkpoint.Open(_run.At("merged"));
        Assert.Equal(tied, merged.Spec.TiedHead);
    }

    [Fact]
    public void Two_adapters_are_merged_one_after_the_other()
    {
        Train("first", "lora_target=q_proj");
        Train("second", $"adapter_name_or_path={_run.At("first")}", "create_new_adapter=true");
        Export("merged", "infer_dtype=float32", $"adapter_name_or_path={_run.At("first")},{_run.At("second")}");
        Assert.True(Difference(Logits(_run.At("out"), _run.At("first"), _run.At("second")), Logits(_run.At("merged"))) < 1e-4);
    }

    [Fact]
    public void An_fp32_model_becomes_bf16_with_all_that_belongs_to_it()
    {
        Export("half");
        using TensorSet source = Safetensors.OpenFolder(_run.At("out")), written = Safetensors.OpenFolder(_run.At("half"));
        Assert.Equal(source.Tensors.Keys.Order(), written.Tensors.Keys.Order());
        Assert.DoesNotContain("lm_head.weight", written.Tensors.Keys);
        foreach (var (key, tensor) in written.Tensors)
        {
            Assert.Equal(StoredType.BF16, tensor.Type);
            Assert.Equal(source.Tensors[key].ToFloats().Select(value => BFloat16Bits.Widen(BFloat16Bits.Round(value))), tensor.ToFloats());
        }
        Assert.Contains("\"torch_dtype\": \"bfloat16\"", File.ReadAllText(_run.At("half", "config.json")));
        Assert.Equal(File.ReadAllText(_run.At("out", "tokenizer.json")), File.ReadAllText(_run.At("half", "tokenizer.json")));
        Assert.Contains("PARAMETER stop \"<|im_end|>\"", File.ReadAllText(_run.At("half", "Modelfile")));
    }

    [Fact]
    public void A_second_export_takes_the_place_of_the_first_whole()
    {
        Directory.CreateDirectory(_run.At("twice"));
        File.WriteAllText(_run.At("twice", "notes.txt"), "kept");
        File.WriteAllText(_run.At("twice", "model-00001-of-00002.safetensors"), "old");
        File.WriteAllText(_run.At("twice", Safetensors.IndexName), "old");
        Export("twice");
        Export("twice");
        Assert.Equal("kept", File.ReadAllText(_run.At("twice", "notes.txt")));
        Assert.Single(Directory.GetFiles(_run.At("twice"), "model*"));
        Assert.Empty(Directory.GetDirectories(_run.At(), "*.tmp"));
        Assert.Equal(Logits(_run.At("out")).Length, Logits(_run.At("twice")).Length);
    }

    [Fact]
    public void The_base_model_is_not_overwritten()
    {
        var (code, error) = TryExport("out");
        Assert.Equal(2, code);
        Assert.Contains("export_dir", error);
    }

    private void Train(string output, params string[] settings)
    {
        var (code, _, error) = _run.Run("train", ["stage=sft", "finetuning_type=lora", "train_from_scratch=false", $"model_name_or_path={_run.At("out")}",
            "max_steps=4", "save_strategy=no", "learning_rate=2e-2", $"output_dir={_run.At(output)}", .. settings]);
        Assert.True(code == 0, error);
    }

    private void Export(string target, params string[] settings)
    {
        var (code, error) = TryExport(target, settings);
        Assert.True(code == 0, error);
    }

    private (int Code, string Error) TryExport(string target, params string[] settings)
    {
        var terminal = new BufferTerminal();
        int code = Shell.Run(["export", $"model_name_or_path={_run.At("out")}", "template=chatml", $"export_dir={_run.At(target)}", .. settings], terminal);
        return (code, terminal.Error.ToString()!);
    }

    private static float[] Logits(string folder, params string[] adapters)
    {
        using var device = new CpuDevice();
        using var checkpoint = FastTune.Models.Checkpoint.Open(folder);
        using Decoder decoder = DecoderLoader.Load(checkpoint, device, LoadOptions.Inference(DType.F32));
        foreach (string adapter in adapters) LoraAdapters.Attach(decoder, adapter, trainable: false);
        using var batch = new DeviceBatch(decoder, TokenBatch.Sequence([1, 40, 270, 33, 300, 5, 2]));
        var context = new ForwardContext { Starts = batch.Starts, Rope = batch.Rope };
        var tape = new Tape(device) { Recording = false };
        using Tensor hidden = decoder.Hidden(tape, batch.Ids, context), logits = decoder.Logits(tape, hidden, context);
        return device.ToArray<float>(logits);
    }

    private static float Difference(float[] one, float[] other) => one.Zip(other).Max(pair => Math.Abs(pair.First - pair.Second));
}
