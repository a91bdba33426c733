// A small decoder with low-rank pairs and the heaviest step of a run on it, for plans.
using System.Text.Json.Nodes;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train.Memory;

namespace FastTune.Tests.Train.Memory;

internal static class PlannedModel
{
    private const int Rank = 8;

    private static readonly DecoderSpec Spec = new()
    {
        Family = "llama",
        HiddenSize = 256,
        VocabularySize = 1000,
        Layers = [.. Enumerable.Repeat(new LayerSpec(), 6)],
        Attention = new AttentionSpec(4, 2, 64),
        Mlp = new MlpSpec(768, Activation.Silu),
        NormEpsilon = 1e-5f,
        Rope = new RopeSpec(10000, 64, 2048),
        TiedHead = true,
        MaxPositions = 2048,
    };

    /// <summary>Random weights, pairs on all linears.</summary>
    public static Decoder Lora(IDevice device, float dropout = 0, int seed = 1)
    {
        var random = new Random(seed);
        Decoder model = DecoderLoader.Create(
            new ModelConfig(Spec, new JsonObject(), null, null, [], null, []), device, LoadOptions.Inference(DType.F32),
            slot => $"{slot.Slot.Role}.{slot.Slot.Layer}.weight", slot => Numbers(random, slot.Shape.Aggregate(1L, (product, size) => product * size)));
        uint site = 0;
        foreach (LinearModule linear in model.Layers.SelectMany(layer => layer.Linears))
            linear.Adapters.Add(new ActiveAdapter(new LoraPair(
                Low(device, $"{linear.Path}.lora_A.weight", Rank, linear.Weight.Columns, random),
                Low(device, $"{linear.Path}.lora_B.weight", linear.Weight.Rows, Rank, random), 2), dropout, site++));
        model.RefreshTrainable();
        return model;
    }

    /// <summary>Two rows of 1024 tokens.</summary>
    public static HeaviestStep Step(Decoder model) => new(
        model, twin => new AdamWOptimizer(twin.Device, [new OptimizerGroup([.. twin.TrainableParameters], 0)], new AdamWOptions()), 1,
        MemorySetup.Full(2, 1024), 1, 1);

    private static Parameter Low(IDevice device, string name, long rows, long columns, Random random) =>
        new(name, device.From(Numbers(random, rows * columns), new Shape(rows, columns), Category.Adapters), true);

    private static float[] Numbers(Random random, long count)
    {
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = 0.1f * (random.NextSingle() - 0.5f);
        return values;
    }
}
