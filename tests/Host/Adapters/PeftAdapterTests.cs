// PEFT adapters: ranks and scales by pattern, targets as PEFT finds them, and every key of both files accounted for.
using FastTune.Adapters;
using FastTune.Formats;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Adapters;

public class PeftAdapterTests
{
    private const string Query = "model.layers.3.self_attn.q_proj";

    [Fact]
    public void Finds_rank_and_scale_by_pattern()
    {
        var config = new PeftConfig
        {
            R = 8,
            LoraAlpha = 16,
            UseRslora = true,
            RankPattern = new Dictionary<string, int> { ["layers.3.self_attn.q_proj"] = 4, ["proj"] = 1 },
            AlphaPattern = new Dictionary<string, double> { [@"layers\.\d\.self_attn\.q_proj"] = 6 },
        };
        Assert.Equal((4, 3.0), (config.RankOf(Query), config.ScaleOf(Query)));
        Assert.Equal(8, config.RankOf("model.layers.13.self_attn.k_proj"));
        Assert.Equal(16 / Math.Sqrt(8), config.ScaleOf("model.layers.3.mlp.up_proj"));
    }

    [Fact]
    public void Finds_targets_as_PEFT_does()
    {
        var names = new PeftConfig { R = 1, LoraAlpha = 1, TargetModules = ["q_proj"], LayersToTransform = [3], ModulesToSave = ["lm_head"] };
        Assert.True(names.Targets(Query));
        Assert.False(names.Targets("model.layers.2.self_attn.q_proj"));
        Assert.False(names.Targets("model.layers.3.self_attn.xq_proj"));
        Assert.True(names.Saves("lm_head"));
        var pattern = new PeftConfig { R = 1, LoraAlpha = 1, TargetPattern = @".*\.3\..*_proj", ExcludeModules = ["v_proj"] };
        Assert.True(pattern.Targets(Query));
        Assert.False(pattern.Targets("model.layers.3.self_attn.v_proj"));
        Assert.Contains("not a regular expression", Assert.Throws<UserError>(() => (pattern with { TargetPattern = "(" }).Targets(Query)).Message);
    }

    [Fact]
    public void Prefers_the_trained_copy_of_a_whole_module()
    {
        using var folder = new TemporaryFolder();
        Write(folder,
        [
            TensorSource.Of("base_model.model.lm_head.weight", [1f], 1, 1), TensorSource.Of("base_model.model.lm_head.modules_to_save.weight", [2f], 1, 1),
            TensorSource.Of("base_model.model.lm_head.original_module.weight", [3f], 1, 1), .. Pair(2),
        ]);
        using var adapter = PeftAdapter.Open(folder.Path);
        Assert.Equal([2f], adapter.Whole["lm_head.weight"].ToFloats());
        var module = Assert.Single(adapter.Modules);
        Assert.Equal((Query, 2, 2.0), (module.Module, module.Rank, module.Scale));
    }

    [Theory]
    [InlineData("lora_A.weight", "'.lora_B.weight' is missing")]
    [InlineData("lora_C.weight", "no such part of a LoRA adapter is known")]
    public void Refuses_unpaired_and_unknown_parts(string part, string expected)
    {
        using var folder = new TemporaryFolder();
        Write(folder, [TensorSource.Of($"base_model.model.{Query}.{part}", [1f, 2f], 2, 1)]);
        Assert.Contains(expected, Assert.Throws<UserError>(() => PeftAdapter.Open(folder.Path)).Message);
    }

    [Fact]
    public void Refuses_a_rank_other_than_the_configured_one()
    {
        using var folder = new TemporaryFolder();
        Write(folder, Pair(3));
        Assert.Contains("r = 2", Assert.Throws<UserError>(() => PeftAdapter.Open(folder.Path)).Message);
    }

    [Theory]
    [InlineData("\"peft_type\":\"VERA\"", "adapters of type 'VERA'")]
    [InlineData("\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"use_qalora\":true", "'use_qalora' is not supported yet")]
    [InlineData("\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"init_lora_weights\":\"pissa_niter_16\"", "started with 'pissa_niter_16'")]
    [InlineData("\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"use_rslorra\":true", "'use_rslorra' is not known (did you mean 'use_rslora'?)")]
    [InlineData("\"peft_type\":\"LORA\",\"lora_alpha\":4", "'r' is missing")]
    public void Refuses_settings_that_it_cannot_honour(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        Write(folder, Pair(2));
        File.WriteAllText(folder.File("adapter_config.json"), $"{{{json}}}");
        Assert.Contains(expected, Assert.Throws<UserError>(() => PeftAdapter.Open(folder.Path)).Message);
    }

    private static TensorSource[] Pair(int rank) =>
        [TensorSource.Of(PeftKeys.A(Query), new float[3 * rank], rank, 3), TensorSource.Of(PeftKeys.B(Query), new float[4 * rank], 4, rank)];

    private static void Write(TemporaryFolder folder, IReadOnlyList<TensorSource> tensors) =>
        PeftAdapter.Write(folder.Path, new PeftConfig { R = 2, LoraAlpha = 4, TargetModules = ["q_proj"] }, tensors);
}
