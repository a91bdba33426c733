// golden/data/stages/*.json: whole datasets tokenised for a stage; set_sizes.json: how many rows each set gets.
using System.Text.Json;
using FastTune.Data;
using FastTune.Templates;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal sealed class Stages : IArea
{
    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"stage\"", "\"special_ids\"", "\"template\""], "stages"))
        {
            var root = Read(file);
            string sources = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file)))!, "sources");
            foreach (var golden in root.GetProperty("cases").EnumerateArray())
                yield return new Case($"stages/{Path.GetFileNameWithoutExtension(file)}/{golden.Text("id")}", () => Check(file, root, golden, sources));
        }
        foreach (string file in GoldenFile.Find(path, ["\"config\"", "\"distinct_train\""]))
        {
            string sources = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "sources");
            int number = 0;
            foreach (var golden in Read(file).GetProperty("cases").EnumerateArray())
                yield return new Case($"set_sizes/{number++}", () => Sizes(file, golden, sources));
        }
    }

    private static Verdict Check(string file, JsonElement root, JsonElement golden, string sources)
    {
        var config = golden.GetProperty("config");
        string stage = root.Text("stage");
        var changes = new TemplateOptions(Optional(config, "default_system"), Optional(config, "tool_format"));
        var template = Preparing.Template(file, root.Text("template"), root.Text("tokenizer"), config.Flag("tokenizer_adds_bos"), changes);
        bool predict = stage == "predict";
        var data = Preparing.Options(config, stage, sources);
        var request = new DataRequest(data, predict ? "sft" : stage, template, Seed: 42, predict);
        if (golden.TryGetProperty("error", out _)) return Fails(request);
        var kind = predict ? RowKind.Prompts : RowUse.KindOf(stage);
        var prepared = DatasetLoader.Load(request);
        if (golden.Int("effective_cutoff_len") != data.CutoffLen) return Parity.Verdict.Fail($"cutoff is {data.CutoffLen}");
        string rows = golden.TryGetProperty("right_rows", out _) ? "right_rows" : "rows";
        return TokenisedRows.Compare(golden.GetProperty(rows).EnumerateArray().ToList(), predict ? prepared.EvalRows : prepared.TrainRows, kind);
    }

    private static Verdict Fails(DataRequest request)
    {
        try
        {
            DatasetLoader.Load(request);
            return Parity.Verdict.Fail("no error");
        }
        catch (UserError error)
        {
            return Parity.Verdict.Pass(detail: error.Message);
        }
    }

    private static string? Optional(JsonElement config, string key) => config.TryGetProperty(key, out var value) ? value.GetString() : null;

    private static Verdict Sizes(string file, JsonElement golden, string sources)
    {
        var data = Preparing.Options(golden.GetProperty("config"), "sft", sources);
        var prepared = DatasetLoader.Load(new DataRequest(data, "sft", Preparing.Template(file, "qwen", "qwen3"), Seed: 42));
        int distinct = prepared.TrainRows.Select(row => row.Origins[0]).Distinct().Count();
        string? difference = Difference("train rows, distinct ones", [golden.Int("train"), golden.Int("distinct_train")], [prepared.TrainRows.Count, distinct]);
        return Verdict(difference, Evaluation(golden.GetProperty("eval"), prepared));
    }

    private static string? Evaluation(JsonElement want, PreparedData prepared) => want.ValueKind switch
    {
        JsonValueKind.Null => prepared.EvalSets.Count == 0 ? null : "an evaluation set too many",
        JsonValueKind.Number => Difference("evaluation rows", [want.GetInt32()], [.. prepared.EvalSets.Select(set => set.Rows.Count)]),
        _ => want.EnumerateObject().Select(set => (set.Name, set.Value.GetInt32()))
            .SequenceEqual(prepared.EvalSets.Select(set => (set.Name!, set.Rows.Count))) ? null : "evaluation sets differ",
    };
}
