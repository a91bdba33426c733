// LoRA on a model: where fresh adapters start, files that come back the same, modules that do not fit.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Adapters;

public class LoraAdaptersTests
{
    private const string Query = "model.layers.0.self_attn.q_proj", Table = "model.embed_tokens";

    private static readonly MethodOptions _options = new() { LoraRank = 2, LoraAlpha = 6, LoraTarget = ["all"], LoraDropout = 0.25 };

    [Fact]
    public void A_fresh_adapter_changes_nothing_and_trains_every_linear_but_the_head()
    {
        using var tiny = new TinyDecoder();
        float[] before = tiny.Logits();
        PeftConfig config = Create(tiny, _options);
        Assert.Equal(before, tiny.Logits());
        Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], config.TargetModules);
        Assert.Equal(14, tiny.Model.Adapters.Count());
        Assert.Empty(tiny.Model.Head.Adapters);
        Assert.All(tiny.Model.Adapters, adapter => Assert.Equal((3f, 0.25f), (adapter.Pair.Scale, adapter.Dropout)));
        Assert.Distinct(tiny.Model.Adapters.Select(adapter => adapter.Site));
        Assert.Equal(28, tiny.Model.TrainableParameters.Count());
        Assert.All(tiny.Model.TrainableParameters, parameter => Assert.Contains(".lora_", parameter.Name));
    }

    [Fact]
    public void Draws_A_and_B_in_vain_and_then_A_again()
    {
        using var tiny = new TinyDecoder();
        var generator = new TorchGenerator(42);
        LoraAdapters.Create(tiny.Model, _options with { LoraTarget = ["q_proj"] }, "base", generator);
        var own = new TorchGenerator(42);
        for (int i = 0; i < 2 * 8 + 8 * 2; i++) own.Next32();
        var a = new float[2 * 8];
        own.Uniform(a, -1 / MathF.Sqrt(8), 1 / MathF.Sqrt(8));
        Assert.Equal(a, tiny.Device.ToArray<float>(tiny.Model.Adapters.First().Pair.A.Value));
        var skipped = new TorchGenerator(42);
        LoraAdapters.SkipDraws(tiny.Model, skipped);
        Assert.Equal(generator.Next32(), skipped.Next32());
    }

    [Theory]
    [InlineData(false, "lm_head", "norm")]
    [InlineData(true, "embed_tokens")]
    [InlineData(true, "lm_head")]
    public void A_written_adapter_computes_the_same_on_another_copy_of_the_base(bool tied, params string[] whole)
    {
        using var folder = new TemporaryFolder();
        using var first = new TinyDecoder(tied);
        PeftConfig config = Create(first, _options with { AdditionalTarget = whole });
        first.Change();
        LoraAdapters.Write(folder.Path, first.Model, config);
        using var second = new TinyDecoder(tied);
        PeftConfig read = LoraAdapters.Attach(second.Model, folder.Path, trainable: true);
        Assert.Equal(whole, read.ModulesToSave);
        Assert.Equal(first.Logits(), second.Logits());
        Assert.Equal(first.Model.TrainableParameters.Select(parameter => parameter.Name), second.Model.TrainableParameters.Select(parameter => parameter.Name));
        Assert.Equal(28 + whole.Length, second.Model.TrainableParameters.Count());
    }

    [Fact]
    public void A_trained_embedding_leaves_a_tied_head_as_it_was()
    {
        using var tiny = new TinyDecoder(tied: true);
        float[] table = tiny.Weight($"{Table}.weight");
        Create(tiny, _options with { AdditionalTarget = ["embed_tokens"] });
        tiny.Change();
        Assert.Equal(table, tiny.Weight("lm_head.weight"));
        Assert.NotEqual(table, tiny.Weight($"{Table}.weight"));
        Assert.False(tiny.Model.Spec.TiedHead);
    }

    [Fact]
    public void An_attached_adapter_that_does_not_train_takes_part_only()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, PeftKeys.A(Query), [2, 8], PeftKeys.B(Query), [8, 2]);
        using var tiny = new TinyDecoder();
        float[] before = tiny.Logits();
        LoraAdapters.Attach(tiny.Model, folder.Path, trainable: false);
        Assert.NotEqual(before, tiny.Logits());
        Assert.Empty(tiny.Model.TrainableParameters);
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.x_proj", 8, 8, "has a module 'model.layers.0.self_attn.x_proj', the model does not")]
    [InlineData("model.layers.2.self_attn.q_proj", 8, 8, "has a module 'model.layers.2.self_attn.q_proj', the model does not")]
    [InlineData(Query, 9, 8, "belongs to another model")]
    [InlineData(Query, 8, 9, "belongs to another model")]
    public void Names_a_module_that_does_not_fit(string module, int inputs, int outputs, string expected)
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, PeftKeys.A(module), [2, inputs], PeftKeys.B(module), [outputs, 2]);
        AssertRefused(folder, expected);
    }

    [Theory]
    [InlineData(11, 8)]
    [InlineData(12, 9)]
    public void Refuses_an_embedding_pair_of_another_vocabulary_or_width(int vocabulary, int hidden)
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, PeftKeys.EmbeddingA(Table), [2, vocabulary], PeftKeys.EmbeddingB(Table), [hidden, 2]);
        AssertRefused(folder, $"{Table} has A [2, {vocabulary}] and B [{hidden}, 2], the model's table is [12, 8]");
    }

    [Fact]
    public void Names_targets_that_the_model_lacks()
    {
        using var tiny = new TinyDecoder();
        Assert.Contains("no linear of the model is named 'qproj'", Refusal(_options with { LoraTarget = ["qproj"] }));
        Assert.Contains("no module of the model is named 'embedding'", Refusal(_options with { AdditionalTarget = ["embedding"] }));
        string Refusal(MethodOptions options) => Assert.Throws<UserError>(() => Create(tiny, options)).Message;
    }

    private static PeftConfig Create(TinyDecoder tiny, MethodOptions options) =>
        LoraAdapters.Create(tiny.Model, options, "base", new TorchGenerator(42));

    private static void AssertRefused(TemporaryFolder folder, string expected)
    {
        using var tiny = new TinyDecoder();
        Assert.Contains(expected, Assert.Throws<UserError>(() => LoraAdapters.Attach(tiny.Model, folder.Path, trainable: true)).Message);
    }

    internal static void WritePair(TemporaryFolder folder, string a, long[] aShape, string b, long[] bShape, params TensorSource[] more) =>
        PeftAdapter.Write(
            folder.Path, new PeftConfig { R = 2, LoraAlpha = 4, TargetModules = ["q_proj"] }, [Random(a, aShape), Random(b, bShape), .. more]);

    /// <summary>Multiples of 1/8: sums of products of a few are exact in any order.</summary>
    internal static TensorSource Random(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        new TorchGenerator(name.Length).Normal(values, 0, 0.5f);
        return TensorSource.Of(name, Array.ConvertAll(values, value => MathF.Round(8 * value) / 8), shape);
    }
}
