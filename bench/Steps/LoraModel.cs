// A decoder of SmolLM2-135M's shape with random weights and rank-16 pairs on all seven linears of each layer.
using System.Text.Json.Nodes;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Bench.Steps;

internal static class LoraModel
{
    private const int Rank = 16;
    private const float Scale = 2;

    private static readonly DecoderSpec Shape = new()
    {
        Family = "llama",
        HiddenSize = 576,
        VocabularySize = 49152,
        Layers = [.. Enumerable.Repeat(new LayerSpec(), 30)],
        Attention = new AttentionSpec(9, 3, 64),
        Mlp = new MlpSpec(1536, Activation.Silu),
        NormEpsilon = 1e-5f,
        Rope = new RopeSpec(10000, 64, 2048),
        TiedHead = true,
        MaxPositions = 2048,
    };

    /// <param name="type">Type of the frozen weights and the activations: F32 or BF16.</param>
    public static Decoder Create(IDevice device, DType type)
    {
        var random = new Random(7);
        Decoder model = DecoderLoader.Create(
            new ModelConfig(Shape, new JsonObject(), null, null, [], null, []), device, LoadOptions.Inference(type),
            slot => $"{slot.Slot.Role}.{slot.Slot.Layer}.weight", slot => Values(random, slot.Shape));
        foreach (DecoderLayer layer in model.Layers)
            foreach (LinearModule linear in layer.Linears)
                linear.Adapters.Add(new ActiveAdapter(Pair(device, random, linear), 0, 0));
        model.RefreshTrainable();
        GC.Collect(); // the random numbers: loading a real model leaves no such arrays behind
        return model;
    }

    private static LoraPair Pair(IDevice device, Random random, LinearModule linear)
    {
        float[] a = Noise(random, Rank * linear.Weight.Columns, 0.01f);
        Tensor first = device.From(a, new Shape(Rank, linear.Weight.Columns), Category.Adapters);
        Tensor second = device.From(new float[Rank * linear.Weight.Rows], new Shape(linear.Weight.Rows, Rank), Category.Adapters);
        return new LoraPair(
            new Parameter($"{linear.Path}.lora_A.weight", first, true), new Parameter($"{linear.Path}.lora_B.weight", second, true), Scale);
    }

    private static float[] Values(Random random, IReadOnlyList<long> shape)
    {
        GC.Collect(); // the numbers of the matrix before: garbage of the bench must not be the process's peak
        if (shape.Count > 1) return Noise(random, shape[0] * shape[1], 0.02f);
        var ones = new float[shape[0]];
        Array.Fill(ones, 1);
        return ones;
    }

    /// <summary>Numbers spread evenly, of the deviation asked for.</summary>
    private static float[] Noise(Random random, long count, float deviation)
    {
        var values = new float[count];
        float width = deviation * MathF.Sqrt(12);
        for (int i = 0; i < values.Length; i++) values[i] = (random.NextSingle() - 0.5f) * width;
        return values;
    }
}
