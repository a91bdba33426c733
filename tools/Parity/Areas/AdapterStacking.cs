// Several adapters on one model: merged one after the other below the one that trains, active together, weighted, switched off.
using FastTune.Adapters;
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

internal static class AdapterStacking
{
    /// <summary>The cases of a folder with adapters a, b, c, d; none when it is another layout.</summary>
    public static IEnumerable<Case> Cases(string path, string baseFolder)
    {
        if (!"abcd".All(name => PeftAdapter.IsIn(Adapter(path, name)))) yield break;
        using var expected = Safetensors.Open(Path.Combine(path, "expected.safetensors"));
        string folder = Path.GetFileName(path);
        yield return Make("merged_below", (model, _) => MergedBelow(model, path));
        yield return Make("together", (model, _) =>
        {
            Attach(model, path, 'a', 'd');
            model.CompareLogits("logits_a_and_d_active");
            model.CompareLogits("logits_adapters_off", adaptersOn: false);
        });
        foreach (string name in expected.Tensors.Keys.Where(name => name.StartsWith("logits_weighted_", StringComparison.Ordinal)))
            yield return Make(name["logits_".Length..], (model, deviations) => Weighted(model, path, name, deviations));

        Case Make(string name, Action<AdapterModel, Deviations> check) => new($"{folder}/{name}", () => Run(path, baseFolder, check));
    }

    private static Verdict Run(string path, string baseFolder, Action<AdapterModel, Deviations> check)
    {
        var deviations = new Deviations();
        using var expected = Safetensors.Open(Path.Combine(path, "expected.safetensors"));
        using var model = new AdapterModel(baseFolder, expected, deviations);
        check(model, deviations);
        return deviations.Verdict;
    }

    private static string Adapter(string path, char name) => Path.Combine(path, name.ToString());

    private static void Attach(AdapterModel model, string path, params ReadOnlySpan<char> names)
    {
        foreach (char name in names) LoraAdapters.Attach(model.Decoder, Adapter(path, name), trainable: false);
    }

    private static void MergedBelow(AdapterModel model, string path)
    {
        foreach (char name in "ab")
        {
            Attach(model, path, name);
            LoraAdapters.Merge(model.Decoder);
        }
        model.CompareLogits("logits_after_merging_a_b");
        LoraAdapters.Attach(model.Decoder, Adapter(path, 'c'), trainable: true);
        model.CompareLogits("logits_c_active");
        model.CompareGradients("loss_c_active", "grad_c/");
        LoraAdapters.Merge(model.Decoder);
        model.CompareWeights("merged_abc/");
    }

    /// <summary>`logits_weighted_METHOD_W1_W2`: cat is the sum of the weighted deltas of a and d.</summary>
    private static void Weighted(AdapterModel model, string path, string name, Deviations deviations)
    {
        string[] parts = name.Split('_');
        float[] weights = [.. parts[3..].Select(part => float.Parse(part, System.Globalization.CultureInfo.InvariantCulture))];
        if (parts[2] != "cat" || weights.Length != 2) throw new NotSupportedException($"combining adapters by '{parts[2]}' is not supported yet");
        Attach(model, path, 'a');
        Scale(model.Decoder, weights[0]);
        var first = model.Decoder.Adapters.ToHashSet();
        Attach(model, path, 'd');
        Scale(model.Decoder, weights[1], first);
        model.CompareLogits(name);
    }

    /// <summary>Multiplies the factor of every pair but those kept.</summary>
    private static void Scale(Decoder model, float weight, HashSet<ActiveAdapter>? kept = null)
    {
        foreach (LinearModule linear in model.Linears)
            for (int i = 0; i < linear.Adapters.Count; i++)
                if (kept?.Contains(linear.Adapters[i]) != true)
                    linear.Adapters[i] = linear.Adapters[i] with { Pair = linear.Adapters[i].Pair with { Scale = linear.Adapters[i].Pair.Scale * weight } };
    }
}
