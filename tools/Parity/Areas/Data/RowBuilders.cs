// golden/data/units.json, infer_seqlen.json, greedy_knapsack.json: the row builders on made-up ids.
using System.Text.Json;
using FastTune.Data;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal sealed class RowBuilders : IArea
{
    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"eos_token_id\"", "\"kind\""]))
        {
            var root = Read(file);
            int eos = root.Int("eos_token_id"), number = 0;
            foreach (var unit in root.GetProperty("cases").EnumerateArray())
                yield return new Case($"units/{unit.Text("kind")}_{number++}", () => Check(unit, eos));
        }
        foreach (string file in GoldenFile.Find(path, ["\"source_len\"", "\"new_target_len\""]))
        {
            foreach (var group in Read(file).GetProperty("rows").EnumerateArray().GroupBy(row => row[2].GetInt32()))
                yield return new Case($"infer_seqlen/cutoff_{group.Key}", () => CheckLengths(group));
        }
        foreach (string file in GoldenFile.Find(path, ["\"numbers\"", "\"capacity\"", "\"knapsacks\""]))
        {
            int number = 0;
            foreach (var knapsack in Read(file).GetProperty("cases").EnumerateArray())
                yield return new Case($"greedy_knapsack/{number++}", () => CheckKnapsack(knapsack));
        }
    }

    private static Verdict CheckLengths(IEnumerable<JsonElement> rows)
    {
        foreach (var row in rows)
        {
            var want = row.Ints();
            var (source, target) = Lengths.Infer(want[0], want[1], want[2]);
            if ((source, target) != (want[3], want[4])) return Parity.Verdict.Fail($"{row.GetRawText()}: got {source}, {target}");
        }
        return Parity.Verdict.Pass();
    }

    private static Verdict CheckKnapsack(JsonElement unit)
    {
        var numbers = unit.Ints("numbers");
        var got = Knapsack.Greedy(numbers, unit.Int("capacity")).Select(row => row.Select(i => numbers[i]).ToArray()).ToList();
        var want = unit.GetProperty("knapsacks").EnumerateArray().Select(row => row.Ints()).ToList();
        return Verdict([Difference("number of rows", [want.Count], [got.Count]), .. want.Zip(got, (w, g) => Difference("row", w, g))]);
    }

    private static Verdict Check(JsonElement unit, int eos) => unit.Text("kind") switch
    {
        "sft" => Supervised(unit, eos),
        "pairwise" => Pairs(unit, eos),
        "kto" => Feedback(unit, eos),
        "prompt" => Prompt(unit, eos),
        "packing" => Packing(unit),
        "pretrain" => Pretrain(unit),
        string kind => Parity.Verdict.Fail($"unknown kind {kind}"),
    };

    private static int? FinalEos(JsonElement unit, int eos) => unit.Flag("efficient_eos") ? eos : null;

    private static Verdict Supervised(JsonElement unit, int eos)
    {
        var pairs = unit.GetProperty("pairs").EnumerateArray().Select(pair => new TurnPair(pair[0].Ints(), pair[1].Ints())).ToList();
        var builder = new SupervisedRow(unit.Int("cutoff_len"), unit.Flag("train_on_prompt"), unit.Flag("mask_history"), FinalEos(unit, eos));
        var (ids, labels, _) = builder.Build(pairs);
        return Verdict(
            Difference("input_ids", unit.Right("input_ids").Ints(), ids), Difference("labels", unit.Right("labels").Ints(), labels));
    }

    private static Verdict Pairs(JsonElement unit, int eos)
    {
        var builder = new PreferenceRow(unit.Int("cutoff_len"), FinalEos(unit, eos));
        var (ids, labels, otherIds, otherLabels, _) = builder.Pair(unit.Ints("source"), unit.Ints("first"), unit.Ints("second"));
        return Verdict(
            Difference("chosen_input_ids", unit.Ints("chosen_input_ids"), ids),
            Difference("chosen_labels", unit.Ints("chosen_labels"), labels),
            Difference("rejected_input_ids", unit.Ints("rejected_input_ids"), otherIds),
            Difference("rejected_labels", unit.Ints("rejected_labels"), otherLabels));
    }

    private static Verdict Feedback(JsonElement unit, int eos)
    {
        var builder = new PreferenceRow(unit.Int("cutoff_len"), FinalEos(unit, eos));
        var (ids, labels, _) = builder.Single(unit.Ints("source"), unit.Ints("first"));
        var (klIds, klLabels, _) = builder.Single(unit.Ints("source"), unit.Ints("second"));
        return Verdict(
            Difference("input_ids", unit.Ints("input_ids"), ids),
            Difference("labels", unit.Ints("labels"), labels),
            Difference("kl_input_ids", unit.Ints("kl_input_ids"), klIds),
            Difference("kl_labels", unit.Ints("kl_labels"), klLabels));
    }

    private static Verdict Prompt(JsonElement unit, int eos)
    {
        var (ids, labels, _) = new PreferenceRow(unit.Int("cutoff_len"), FinalEos(unit, eos)).Prompt(unit.Ints("source"), unit.Ints("first"));
        return Verdict(Difference("input_ids", unit.Ints("input_ids"), ids), Difference("labels", unit.Ints("labels"), labels));
    }

    private static Verdict Packing(JsonElement unit)
    {
        int cutoff = unit.Int("configured_cutoff_len") - 1;
        bool neat = unit.Flag("neat_packing");
        var samples = unit.GetProperty("samples").EnumerateArray()
            .Select(sample => new Sample { InputIds = sample.Ints("ids"), Labels = sample.Ints("labels") })
            .Where(sample => sample.InputIds.Length <= cutoff).ToList();
        var got = new Packer(cutoff, neat, unit.Int("pad_token_id")).Pack(samples);
        return TokenisedRows.Compare(unit.GetProperty("rows").EnumerateArray().ToList(), got, RowKind.Supervised);
    }

    private static Verdict Pretrain(JsonElement unit)
    {
        int? bos = unit.Flag("tokenizer_adds_bos") ? unit.Text("bos")[0] : null;
        var texts = unit.GetProperty("texts").EnumerateArray()
            .Select(text => Letters(text.GetString() + unit.Text("eos"))).ToList();
        var blocks = new TokenBlocks(unit.Int("effective_cutoff_len"), bos);
        var got = unit.Flag("packing") ? blocks.Packed(texts) : texts.ConvertAll(blocks.Single);
        var want = unit.GetProperty("rows").EnumerateArray().Select(row => row.GetString()!).ToList();
        var read = got.ConvertAll(row => string.Concat(row.InputIds.Select(id => (char)id)));
        return want.SequenceEqual(read) ? Parity.Verdict.Pass() : Parity.Verdict.Fail($"got {string.Join('|', read)}");
    }

    private static Sample Letters(string text)
    {
        var ids = text.Select(letter => (int)letter).ToArray();
        return new Sample { InputIds = ids, Labels = ids };
    }
}
