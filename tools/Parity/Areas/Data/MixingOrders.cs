// golden/data/mixing.json, mixing_once.json: the order of rows when datasets are joined, and the sizes of a split.
using System.Text.Json;
using FastTune.Data;
using FastTune.Rng;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal sealed class MixingOrders : IArea
{
    private const double ShareTolerance = 0.05;

    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"mix\"", "\"mix_strategy\""]))
        {
            var root = Read(file);
            foreach (var mix in root.GetProperty("mix").EnumerateArray())
                yield return new Case($"mixing/{Title(mix)}", () => Exact(mix, mix.Text("mix_strategy")));
            foreach (var mix in root.GetProperty("random_mix").EnumerateArray())
                yield return new Case($"mixing/random_{Title(mix)}", () => Random(mix));
            foreach (var split in root.GetProperty("split").EnumerateArray())
                yield return new Case($"mixing/split_{split.Int("rows")}_{split.GetProperty("val_size").GetRawText()}", () => Split(split));
        }
        foreach (string file in GoldenFile.Find(path, ["\"datasets_version\"", "\"interleave_probs\""]))
            foreach (var mix in Read(file).GetProperty("cases").EnumerateArray())
                yield return new Case($"mixing_once/{Title(mix)}", () => mix.TryGetProperty("exact_order", out _)
                    ? Exact(mix, "interleave_once") : Once(mix));
    }

    private static string Title(JsonElement mix)
    {
        string shares = mix.TryGetProperty("interleave_probs", out var probs) && probs.ValueKind == JsonValueKind.Array
            ? "_" + string.Join('-', probs.EnumerateArray().Select(share => share.GetRawText())) : "";
        string strategy = mix.TryGetProperty("mix_strategy", out var named) ? "_" + named.GetString() : "";
        string seed = mix.TryGetProperty("seed", out var given) ? "_seed" + given.GetRawText() : "";
        return string.Join('-', mix.Ints("sizes")) + strategy + shares + seed;
    }

    /// <summary>The joined rows as the golden writes them: a letter for the source, a number for the row.</summary>
    private static List<string> Mix(JsonElement mix, string strategy, int seed)
    {
        var sources = mix.Ints("sizes").Select((size, source) => Enumerable.Range(0, size).Select(row => $"{(char)('a' + source)}{row}"));
        var probs = mix.GetProperty("interleave_probs");
        var shares = probs.ValueKind == JsonValueKind.Array ? probs.EnumerateArray().Select(share => share.GetDouble()).ToList() : [];
        return Mixing.Mix(sources.ToList(), strategy, shares, Draws(seed)).ToList();
    }

    private static Func<double> Draws(int seed)
    {
        var generator = new NumPyGenerator((ulong)seed);
        return generator.NextDouble;
    }

    private static Verdict Exact(JsonElement mix, string strategy)
    {
        var want = mix.GetProperty("exact_order").EnumerateArray().Select(row => row.GetString());
        var got = Mix(mix, strategy, seed: 0);
        return got.SequenceEqual(want) ? Parity.Verdict.Pass() : Parity.Verdict.Fail($"got {string.Join(' ', got)}");
    }

    private static Verdict Random(JsonElement mix)
    {
        double worst = 0;
        foreach (var run in mix.GetProperty("runs").EnumerateArray())
        {
            var got = Mix(mix, mix.Text("mix_strategy"), run.Int("seed"));
            if (!InOwnOrder(mix, got)) return Parity.Verdict.Fail("a source is not in its own order");
            string first = string.Concat(got.Take(20).Select(row => row[0]));
            if (first != run.Text("first_20_sources")) return Parity.Verdict.Fail($"seed {run.Int("seed")}: sources begin {first}");
            if (got.Count != run.Int("length")) return Parity.Verdict.Fail($"seed {run.Int("seed")}: {got.Count} rows");
            foreach (var share in run.GetProperty("share").EnumerateObject())
                worst = Math.Max(worst, Math.Abs(share.Value.GetDouble() - got.Count(row => row[0] == share.Name[0]) / (double)got.Count));
        }
        return worst <= ShareTolerance ? Parity.Verdict.Pass(worst) : Parity.Verdict.Fail("shares differ", worst);
    }

    private static bool InOwnOrder(JsonElement mix, List<string> rows)
    {
        var next = new int[mix.Ints("sizes").Length];
        foreach (string row in rows)
        {
            int source = row[0] - 'a';
            if (int.Parse(row.AsSpan(1)) != next[source] % mix.Ints("sizes")[source]) return false;
            next[source]++;
        }
        return true;
    }

    private static Verdict Once(JsonElement mix)
    {
        var got = Mix(mix, "interleave_once", mix.Int("seed"));
        string sources = string.Concat(got.Select(row => row[0]));
        if (got.Distinct().Count() != got.Count) return Parity.Verdict.Fail("a row comes twice");
        if (!InOwnOrder(mix, got)) return Parity.Verdict.Fail("a source is not in its own order");
        return sources == mix.Text("sources") ? Parity.Verdict.Pass() : Parity.Verdict.Fail($"sources {sources}");
    }

    private static Verdict Split(JsonElement split)
    {
        int rows = split.Int("rows");
        double size = split.GetProperty("val_size").GetDouble();
        // The reference reads 1 as the whole set and fails; one row is right (README).
        bool fails = split.TryGetProperty("error", out _) && size != 1;
        try
        {
            var (train, held) = SampleOrder.Split(rows, size, seed: 42);
            if (fails) return Parity.Verdict.Fail("no error");
            if (size == 1) return held.Length == 1 ? Parity.Verdict.Pass() : Parity.Verdict.Fail($"{held.Length} rows held");
            return Verdict(
                Difference("sizes", [split.Int("train"), split.Int("validation")], [train.Length, held.Length]),
                Difference("union", [.. Enumerable.Range(0, rows)], [.. train.Concat(held).Order()]));
        }
        catch (UserError) when (fails)
        {
            return Parity.Verdict.Pass();
        }
    }
}
