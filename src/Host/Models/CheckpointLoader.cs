// Matches the tensors of a file with the slots of a spec: every slot filled in its shape, nothing left over.
using FastTune.Config;
using FastTune.Formats;

namespace FastTune.Models;

/// <summary>How a file names and orders what goes into slots.</summary>
/// <param name="Path">File or folder, for messages.</param>
/// <param name="Tensors">The file's tensors.</param>
/// <param name="NameOf">Name in this file.</param>
/// <param name="KeyOf">Key in a Hugging Face checkpoint, which is the weight's public name.</param>
/// <param name="HeadsOf">Number of heads whose halves the file interleaves, or 0.</param>
/// <param name="Unused">True for tensors that are left aside, with a reason in the caller's table.</param>
internal sealed record CheckpointSource(
    string Path, IReadOnlyDictionary<string, StoredTensor> Tensors, Func<WeightSlot, string> NameOf, Func<WeightSlot, string> KeyOf,
    Func<WeightSlot, int> HeadsOf, Func<string, bool> Unused);

internal static class CheckpointLoader
{
    public static IReadOnlyList<WeightEntry> Match(DecoderSpec spec, CheckpointSource source)
    {
        var slots = WeightSlots.Of(spec);
        var expected = slots.Select(slot => source.NameOf(slot.Slot)).ToHashSet(StringComparer.Ordinal);
        var missing = expected.Where(name => !source.Tensors.ContainsKey(name)).ToList();
        var quantised = missing.Count > 0 ? [] : Quantised(source, slots);
        var parts = quantised.Values.SelectMany(weight => BnbWeights.KeysOf(weight.Parts[0].Name)).ToHashSet(StringComparer.Ordinal);
        var surplus = source.Tensors.Keys.Where(name => !expected.Contains(name) && !parts.Contains(name) && !source.Unused(name))
            .Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0) throw Missing(source, missing, surplus, expected.Count);
        if (surplus.Count > 0) throw Surplus(source, surplus, expected);
        return [.. slots.Select(slot => Entry(source, slot, quantised.GetValueOrDefault(slot.Slot)))];
    }

    private static Dictionary<WeightSlot, QuantisedWeight> Quantised(CheckpointSource source, IReadOnlyList<SlotShape> slots)
    {
        var found = new Dictionary<WeightSlot, QuantisedWeight>();
        foreach (SlotShape slot in slots.Where(slot => WeightQuantization.Covers(slot.Slot.Role)))
            if (BnbWeights.Find(source.Tensors, source.NameOf(slot.Slot), slot.Shape) is { } weight) found[slot.Slot] = weight;
        return found;
    }

    private static WeightEntry Entry(CheckpointSource source, SlotShape slot, QuantisedWeight? quantised)
    {
        var tensor = source.Tensors[source.NameOf(slot.Slot)];
        if (quantised is not null) return new WeightEntry(slot.Slot, source.KeyOf(slot.Slot), tensor, 0, quantised);
        if (!tensor.Shape.SequenceEqual(slot.Shape))
            throw new UserError($"{tensor.Path}: weight '{tensor.Name}' has shape [{string.Join(", ", tensor.Shape)}], [{string.Join(", ", slot.Shape)}] was expected from the config: config and weights do not belong together");
        if (tensor.Type.Floats is null)
            throw new UserError($"{tensor.Path}: weight '{tensor.Name}' has type {tensor.Type.Name}, which cannot be read yet: use a model stored as F32, F16, BF16, Q8_0, Q4_0, Q4_1 or Q6_K");
        return new WeightEntry(slot.Slot, source.KeyOf(slot.Slot), tensor, source.HeadsOf(slot.Slot));
    }

    private static UserError Missing(CheckpointSource source, List<string> missing, List<string> surplus, int expected)
    {
        string near = Nearest.Of(missing[0], surplus) is { } name ? $"the nearest is '{name}', " : "";
        return new($"{source.Path}: weight '{missing[0]}' is missing ({near}{missing.Count} of {expected} are missing): {Reason(missing, surplus, expected)}");
    }

    private static string Reason(List<string> missing, List<string> surplus, int expected)
    {
        if (surplus.Any(name => name.EndsWith(".qweight", StringComparison.Ordinal) || name.Contains(".weight.absmax", StringComparison.Ordinal)))
            return "the weights are quantised in a form that cannot be read yet, use the unquantised model";
        if (surplus.Any(name => name.Contains("lora_", StringComparison.Ordinal))) return "this is an adapter, give it as adapter_name_or_path beside its base model";
        if (missing is ["lm_head.weight"]) return "the config says that the head is not tied to the embedding ('tie_word_embeddings')";
        if (missing.All(name => name.EndsWith(".bias", StringComparison.Ordinal))) return "the config asks for biases that the weights do not have";
        return missing.Count == expected ? "these are the weights of another kind of model" : "the checkpoint is not complete, download it again";
    }

    private static UserError Surplus(CheckpointSource source, List<string> surplus, HashSet<string> expected) =>
        new($"{source.Path}: weight '{surplus[0]}' has no place in this model{Nearest.Hint(surplus[0], expected)} ({surplus.Count} such weights): config and weights do not belong together, or the model has parts that are not supported");
}
