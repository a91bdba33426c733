// Several adapters on one model: merged one after the other below the one that trains, active together, weighted, switched off.
using FastTune.Adapters;
using FastTune.Formats;

namespace FastTune.Parity;

internal static class AdapterStacking
{
    /// <summary>The cases of a folder with adapters a, b, c, d; none when it is another layout.</summary>
    public static IEnumerable<Case> Cases(string path, string baseFolder)
    {
        if (!"abcd".All(name => PeftAdapter.IsIn(Adapter(path, name)))) yield break;
        using var expected = Safetensors.Open(Path.Combine(path, "expected.safetensors"));
        string folder = Path.GetFileName(path);
        yield return Make("merged_below", model => MergedBelow(model, path));
        yield return Make("together", model =>
        {
            Attach(model, path, 'a', 'd');
            model.CompareLogits("logits_a_and_d_active");
            model.CompareLogits("logits_adapters_off", adaptersOn: false);
        });
        foreach (string name in expected.Tensors.Keys.Where(name => name.StartsWith("logits_weighted_", StringComparison.Ordinal)))
            yield return Make(name["logits_".Length..], model => Weighted(model, path, name));

        Case Make(string name, Action<AdapterModel> check) => new($"{folder}/{name}", () => Run(path, baseFolder, check));
    }

    private static Verdict Run(string path, string baseFolder, Action<AdapterModel> check)
    {
        var deviations = new Deviations();
        using var expected = Safetensors.Open(Path.Combine(path, "expected.safetensors"));
        using var model = new AdapterModel(baseFolder, expected, deviations);
        check(model);
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

    /// <summary>`logits_weighted_METHOD_W1_W2`: a and d in one. `cat` stacks the ranks, `svd` cuts to the larger of the two.</summary>
    private static void Weighted(AdapterModel model, string path, string name)
    {
        string[] parts = name.Split('_');
        double[] weights = [.. parts[3..].Select(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture))];
        int? rank = parts[2] switch
        {
            "cat" => null,
            "svd" => "ad".Max(adapter => RankOf(path, adapter)),
            _ => throw new NotSupportedException($"combining adapters by '{parts[2]}' is not supported yet"),
        };
        LoraAdapters.AttachSum(model.Decoder, [(Adapter(path, 'a'), weights[0]), (Adapter(path, 'd'), weights[1])], rank);
        model.CompareLogits(name);
    }

    private static int RankOf(string path, char name)
    {
        using var adapter = PeftAdapter.Open(Adapter(path, name));
        return adapter.Config.R;
    }
}
