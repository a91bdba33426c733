// Golden area: random_numbers.json (torch's and NumPy's streams, epoch orders, validation splits).
using System.Text.Json;
using FastTune.Rng;

namespace FastTune.Parity;

internal sealed class RandomNumbers : IArea
{
    private const string FileName = "random_numbers.json";

    public string Name => "rng";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        if (Path.GetExtension(file) != ".json" || !File.Exists(file)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement.Clone();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("randperm", out var orders)) yield break;
        foreach (var (item, i) in Items(orders)) yield return new($"randperm_{i}_seed{item.GetProperty("seed")}_n{item.GetProperty("n")}", () => Order(item));
        foreach (var (item, i) in Items(root.GetProperty("uniform"))) yield return new($"uniform_{i}_seed{item.GetProperty("seed")}", () => Uniform(item));
        foreach (var (item, i) in Items(root.GetProperty("normal"))) yield return new($"normal_{i}_n{item.GetProperty("n")}", () => Normal(item));
        foreach (var (item, i) in Items(root.GetProperty("val_size_split").GetProperty("cases"))) yield return new($"split_{i}_rows{item.GetProperty("rows")}_size{item.GetProperty("val_size")}", () => Split(item));
    }

    private static IEnumerable<(JsonElement Item, int Index)> Items(JsonElement list) => list.EnumerateArray().Select((item, i) => (item, i));

    private static Verdict Order(JsonElement item)
    {
        int[] expected = Integers(item.GetProperty("order"));
        return Same("order", expected, new TorchGenerator(item.GetProperty("seed").GetInt64()).Permutation(item.GetProperty("n").GetInt32()));
    }

    private static Verdict Uniform(JsonElement item)
    {
        float[] expected = Floats(item.GetProperty("values"));
        var actual = new float[expected.Length];
        new TorchGenerator(item.GetProperty("seed").GetInt64()).Uniform(actual, item.GetProperty("from").GetSingle(), item.GetProperty("to").GetSingle());
        return Near(expected, actual, 0);
    }

    private static Verdict Normal(JsonElement item)
    {
        float[] expected = Floats(item.GetProperty("values"));
        var actual = new float[item.GetProperty("n").GetInt32()];
        new TorchGenerator(item.GetProperty("seed").GetInt64()).Normal(actual);
        return Near(expected, actual, 0);
    }

    private static Verdict Split(JsonElement item)
    {
        var (train, validation) = SampleOrder.Split(item.GetProperty("rows").GetInt32(), item.GetProperty("val_size").GetDouble(), item.GetProperty("seed").GetUInt64());
        var verdict = Same("validation_rows", Integers(item.GetProperty("validation_rows")), validation);
        return verdict.Passed ? Same("train_rows", Integers(item.GetProperty("train_rows")), train) : verdict;
    }

    private static Verdict Same(string what, int[] expected, int[] actual)
    {
        if (expected.Length != actual.Length) return Verdict.Fail($"{what}: {actual.Length} rows, expected {expected.Length}");
        int at = expected.AsSpan().CommonPrefixLength(actual);
        return at == expected.Length ? Verdict.Pass() : Verdict.Fail($"{what}[{at}] is {actual[at]}, expected {expected[at]}");
    }

    private static Verdict Near(float[] expected, float[] actual, double tolerance)
    {
        if (expected.Length != actual.Length) return Verdict.Fail($"{actual.Length} values, expected {expected.Length}");
        double worst = 0;
        for (int i = 0; i < expected.Length; i++) worst = Math.Max(worst, Math.Abs((double)expected[i] - actual[i]));
        return worst <= tolerance ? Verdict.Pass(worst) : Verdict.Fail("values differ", worst);
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetSingle())];
}
