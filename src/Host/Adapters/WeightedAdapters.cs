// The weighted sum of several adapters as one pair a module, exact or cut to a rank.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Adapters;

internal static class WeightedAdapters
{
    public static void Attach(Decoder model, IReadOnlyList<(string Folder, double Weight)> adapters, int? rank)
    {
        var sums = new Dictionary<string, RankOneSum>(StringComparer.Ordinal);
        foreach (var (folder, weight) in adapters) Collect(folder, weight, sums);
        uint site = AdapterAttachment.NextSite(model);
        foreach (LinearModule linear in model.Linears)
        {
            if (!sums.Remove(linear.Path, out RankOneSum? sum)) continue;
            if (rank is { } limit) sum.Truncate(limit);
            AdapterAttachment.Put(linear, new ActiveAdapter(Pair(model.Device, linear.Path, sum), Dropout: 0, site++), adapters[^1].Folder);
        }
        if (sums.Keys.FirstOrDefault() is { } unknown) throw AdapterAttachment.NoModule(adapters[^1].Folder, unknown, model.Linears.Select(linear => linear.Path));
    }

    private static void Collect(string folder, double weight, Dictionary<string, RankOneSum> sums)
    {
        using PeftAdapter adapter = PeftAdapter.Open(folder);
        if (adapter.Whole.Keys.FirstOrDefault() is { } whole)
            throw new UserError($"{folder}: '{whole}' is stored whole: weighted sums are for low-rank pairs only; merge the adapters one after the other");
        foreach (PeftModule module in adapter.Modules)
        {
            if (module.IsEmbedding || module.Bias is not null || module.Magnitude is not null)
                throw new UserError($"{folder}: {module.Module} has more than a pair of matrices: weighted sums are for plain pairs on linears; merge the adapters one after the other");
            int inputs = checked((int)module.A.Shape[1]), outputs = checked((int)module.B.Shape[0]);
            if (!sums.TryGetValue(module.Module, out RankOneSum? sum)) sums[module.Module] = sum = new RankOneSum(inputs, outputs);
            if (sum.Inputs != inputs || sum.Outputs != outputs)
                throw new UserError($"{folder}: {module.Module} is [{outputs}, {inputs}], in another adapter it is [{sum.Outputs}, {sum.Inputs}]: the adapters belong to different models");
            sum.Add(module.A.ToFloats(), module.B.ToFloats(), weight * module.Scale);
        }
    }

    private static LoraPair Pair(IDevice device, string path, RankOneSum sum) => new(
        new Parameter(PeftKeys.A(path), device.From(sum.A(), new Shape(sum.Rank, sum.Inputs), Category.Adapters), trainable: false),
        new Parameter(PeftKeys.B(path), device.From(sum.B(), new Shape(sum.Outputs, sum.Rank), Category.Adapters), trainable: false),
        Scale: 1);
}
