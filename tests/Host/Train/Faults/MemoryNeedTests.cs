// The memory that a run says it needs, before it begins, against what its process really took; and the refusal where there is too little.
using System.Globalization;
using System.Text.RegularExpressions;
using FastTune.Config;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Tests.Host.Cli;
using FastTune.Train;
using FastTune.Train.Memory;
using Xunit;

namespace FastTune.Tests.Host.Train;

public partial class MemoryNeedTests
{
    /// <summary>A need that is many times the peak would refuse runs that fit.</summary>
    private const double LeastShare = 0.4;

    private const string Config = """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 320, "hidden_size": 384, "intermediate_size": 1152,
         "num_hidden_layers": 4, "num_attention_heads": 6, "num_key_value_heads": 3, "max_position_embeddings": 256, "rms_norm_eps": 1e-5,
         "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "torch_dtype": "float32",
         "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
        """;

    private static readonly string[] Short = ["max_steps=3", "save_steps=2", "memory=true", "overwrite_output_dir=true"];

    [Fact]
    public void The_process_stays_within_the_need_that_was_printed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "VmHWM is Linux's");
        using var run = new TinyRun();
        File.WriteAllText(run.At("model", "config.json"), Config);
        string[] onBase = ["train_from_scratch=false", $"model_name_or_path={run.At("base")}", $"output_dir={run.At("out")}"];
        (string Name, string[] Keys)[] recipes =
        [
            ("full, packed, from scratch", [$"output_dir={run.At("base")}"]),
            ("LoRA", [.. onBase, "stage=sft", "finetuning_type=lora"]),
            ("freeze in bf16", [.. onBase, "stage=sft", "finetuning_type=freeze", "freeze_trainable_layers=1", "bf16=true", "per_device_train_batch_size=6"]),
            ("LoRA, resumed", [.. onBase, "stage=sft", "finetuning_type=lora", $"output_dir={run.At("lora")}", "overwrite_output_dir=false", "save_steps=1"]),
        ];
        foreach (var (name, keys) in recipes)
        {
            using var child = new ChildRun(run, [.. Short, .. keys]);
            Assert.True(child.Wait() == 0, $"{name}: {child.Error}");
            double need = Bytes(child.Error, Need()), peak = Bytes(child.Error, PeakLine());
            Assert.True(peak <= need, $"{name}: the process took {peak / 1e6:F0} MB, {need / 1e6:F0} MB had been printed\n{child.Error}");
            Assert.True(peak >= LeastShare * need, $"{name}: of {need / 1e6:F0} MB only {peak / 1e6:F0} MB were used\n{child.Error}");
            TestContext.Current.SendDiagnosticMessage($"{name}: peak {peak / 1e6:F0} MB, {peak / need:P0} of the need printed");
        }
    }

    [Theory]
    [InlineData("finetuning_type=full", "lower per_device_train_batch_size (and raise gradient_accumulation_steps), cutoff_len, or set bf16: true or pure_bf16: true or finetuning_type: lora")]
    [InlineData("bf16=true", "cutoff_len")]
    public void Too_little_memory_is_refused_with_need_machine_and_keys(string setting, string remedies)
    {
        using var run = new TinyRun();
        Recipe recipe = RecipeReader.Read(Purpose.Train, [run.At("recipe.yaml"), setting]);
        var error = Assert.Throws<UserError>(() => Trainer.Run(recipe, new BufferTerminal(), new CpuDevice(), new MachineMemory(50_000_000, 40_000_000)));
        Assert.Matches(@"^memory: this run needs \d+ MB \(weights \d+ MB, .*\), the machine has 50 MB: ", error.Message);
        Assert.Contains(remedies, error.Message);
        Assert.False(File.Exists(run.At("out", "model.safetensors")));
    }

    [Fact]
    public void The_machine_has_memory_and_this_process_some_of_it()
    {
        var machine = MachineMemory.Read();
        Assert.InRange(MachineMemory.Resident(), 1 << 20, machine.Total);
        Assert.InRange(MachineMemory.Peak(), MachineMemory.Resident() / 2, machine.Total);
    }

    private static double Bytes(string text, Regex line)
    {
        Match match = line.Match(text);
        Assert.True(match.Success, text);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * (match.Groups[2].Value == "GB" ? 1e9 : 1e6);
    }

    [GeneratedRegex(@"memory: ([\d.]+) (MB|GB) needed")]
    private static partial Regex Need();

    [GeneratedRegex(@"peak of the process: ([\d.]+) (MB|GB)")]
    private static partial Regex PeakLine();
}
