// Merging adapters: the same outputs without them, one rounding, nothing left behind, tied heads kept.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Rng;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Adapters;

public class AdapterMergeTests
{
    private const string Query = "model.layers.1.self_attn.q_proj", Down = "model.layers.0.mlp.down_proj", Table = "model.embed_tokens";

    [Fact]
    public void A_merged_model_computes_the_same_and_keeps_no_pair()
    {
        using var tiny = new TinyDecoder();
        LoraAdapters.Create(tiny.Model, new MethodOptions { LoraRank = 3, LoraTarget = ["all", "lm_head"] }, "base", new TorchGenerator(1));
        tiny.Change();
        float[] before = tiny.Logits();
        LoraAdapters.Merge(tiny.Model);
        AssertClose(before, tiny.Logits());
        Assert.Empty(tiny.Model.Adapters);
        Assert.Empty(tiny.Model.TrainableParameters);
        Assert.Equal(0, tiny.Device.Memory.Ledger.LiveOf(Category.Adapters));
    }

    [Fact]
    public void Several_pairs_are_added_in_floats_and_rounded_once()
    {
        using var folder = new TemporaryFolder();
        LoraAdaptersTests.WritePair(folder, PeftKeys.A(Query), [2, 8], PeftKeys.B(Query), [8, 2]);
        using var tiny = new TinyDecoder(type: DType.BF16);
        float[] expected = Stored(tiny);
        for (int pair = 0; pair < 3; pair++)
        {
            LoraAdapters.Attach(tiny.Model, folder.Path, trainable: false);
            AddDelta(folder, expected);
        }
        LoraAdapters.Merge(tiny.Model);
        Assert.Equal(expected.Select(value => BFloat16Bits.Widen(BFloat16Bits.Round(value))), Stored(tiny));
    }

    [Fact]
    public void An_adapter_on_a_tied_embedding_leaves_the_head_alone()
    {
        using var folder = new TemporaryFolder();
        LoraAdaptersTests.WritePair(folder, PeftKeys.EmbeddingA(Table), [2, 12], PeftKeys.EmbeddingB(Table), [8, 2]);
        using var tiny = new TinyDecoder(tied: true);
        float[] table = tiny.Weight($"{Table}.weight");
        LoraAdapters.Attach(tiny.Model, folder.Path, trainable: false);
        float[] before = tiny.Logits();
        LoraAdapters.Merge(tiny.Model);
        AssertClose(before, tiny.Logits());
        Assert.Equal(table, tiny.Weight("lm_head.weight"));
        Assert.NotEqual(table, tiny.Weight($"{Table}.weight"));
    }

    [Fact]
    public void The_bias_of_B_goes_into_the_base_bias()
    {
        using var folder = new TemporaryFolder();
        LoraAdaptersTests.WritePair(
            folder, PeftKeys.A(Down), [2, 10], PeftKeys.B(Down), [8, 2], LoraAdaptersTests.Random(PeftKeys.BiasOfB(Down), 8));
        using var tiny = new TinyDecoder();
        float[] bias = tiny.Weight($"{Down}.bias");
        LoraAdapters.Attach(tiny.Model, folder.Path, trainable: false);
        float[] before = tiny.Logits();
        LoraAdapters.Merge(tiny.Model);
        AssertClose(before, tiny.Logits());
        Assert.NotEqual(bias, tiny.Weight($"{Down}.bias"));
    }

    [Fact]
    public void A_bias_without_a_base_bias_is_refused_before_the_weight_changes()
    {
        using var folder = new TemporaryFolder();
        LoraAdaptersTests.WritePair(
            folder, PeftKeys.A(Query), [2, 8], PeftKeys.B(Query), [8, 2], LoraAdaptersTests.Random(PeftKeys.BiasOfB(Query), 8));
        using var tiny = new TinyDecoder();
        float[] weight = tiny.Weight($"{Query}.weight");
        LoraAdapters.Attach(tiny.Model, folder.Path, trainable: false);
        Assert.Contains($"{Query}: the adapter's bias", Assert.Throws<UserError>(() => LoraAdapters.Merge(tiny.Model)).Message);
        Assert.Equal(weight, tiny.Weight($"{Query}.weight"));
    }

    private static float[] Stored(TinyDecoder tiny) =>
        [.. tiny.Device.ToArray<ushort>(tiny.Parameter($"{Query}.weight").Value).Select(BFloat16Bits.Widen)];

    /// <summary>expected += 2 B A, with r = 2.</summary>
    private static void AddDelta(TemporaryFolder folder, float[] expected)
    {
        using var adapter = PeftAdapter.Open(folder.Path);
        float[] a = adapter.Modules[0].A.ToFloats(), b = adapter.Modules[0].B.ToFloats();
        for (int row = 0; row < 8; row++)
            for (int column = 0; column < 8; column++)
                expected[row * 8 + column] += 2 * (b[row * 2] * a[column] + b[row * 2 + 1] * a[8 + column]);
    }

    private static void AssertClose(float[] expected, float[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < got.Length; i++) Assert.InRange(got[i], expected[i] - 2e-5f, expected[i] + 2e-5f);
    }
}
