// train_from_scratch: weights drawn from the seed exactly as the reference library draws them.
using FastTune.Config;
using FastTune.Kernels.Devices;
using FastTune.Models;
using FastTune.Rng;

namespace FastTune.Train;

internal static class FreshModel
{
    private const float Deviation = 0.02f;

    /// <summary>A decoder of config.json alone: normals * 0.02, norms 1, biases 0, the pad token's row 0. The layers' constructors
    /// draw first (values that are thrown away), as golden/training/README.md 6.9 describes.</summary>
    public static (Decoder, ModelConfig) Create(Recipe recipe, IDevice device, TorchGenerator generator)
    {
        string path = Path.Combine(recipe.Model.ModelNameOrPath, "config.json");
        ModelConfig config = ModelConfig.Read(path);
        Family family = FamilyList.ByModelType(path, (string)config.Json["model_type"]!);
        var slots = WeightSlots.Of(config.Spec);
        if (device.Kind != DeviceKind.Plan)
            foreach (SlotShape slot in slots.Where(slot => slot.Shape.Count == 2 && slot.Slot.Role != WeightRole.Head)) Waste(slot, generator);
        var keys = slots.Select(slot => family.KeyOf(slot.Slot)).ToList();
        var options = Precision.Options(recipe.Precision, TrainedNames.Of(recipe.Method, config.Spec.Layers.Count, keys));
        Decoder decoder = DecoderLoader.Create(
            config, device, options, slot => family.KeyOf(slot.Slot), slot => Values(slot, config.PadId, generator));
        return (decoder, config);
    }

    private static void Waste(SlotShape slot, TorchGenerator generator)
    {
        var values = new float[Count(slot)];
        if (slot.Slot.Role == WeightRole.Embedding) generator.Normal(values);
        else generator.Uniform(values);
    }

    private static float[] Values(SlotShape slot, int? pad, TorchGenerator generator)
    {
        var values = new float[Count(slot)];
        if (slot.Shape.Count == 1)
        {
            if (slot.Slot.Role is WeightRole.AttentionNorm or WeightRole.MlpNorm or WeightRole.FinalNorm or WeightRole.QueryNorm or WeightRole.KeyNorm)
                Array.Fill(values, 1);
            return values;
        }
        if (slot.Slot.Role == WeightRole.Head) Waste(slot, generator);
        generator.Normal(values, 0, Deviation);
        if (slot.Slot.Role == WeightRole.Embedding && pad is { } row) Array.Clear(values, row * (int)slot.Shape[1], (int)slot.Shape[1]);
        return values;
    }

    private static int Count(SlotShape slot) => checked((int)slot.Shape.Aggregate(1L, (product, size) => product * size));
}
