// golden/data/malformed.json: broken or odd datasets. Where the reference is wrong, `right` says in words what must happen; MalformedRules has them.
using System.Text.Json;
using FastTune.Config;
using FastTune.Data;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

/// <summary>What came of a dataset: rows, or the one error that stopped it.</summary>
internal sealed record Outcome(IReadOnlyList<Sample> Rows, IReadOnlyList<string> Warnings, IReadOnlyList<AlignedRow> Aligned, string? Error);

internal sealed class Malformed : IArea
{
    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"cases\"", "\"file_name\"", "\"content\"", "\"cutoff_len\""]))
        {
            var root = Read(file);
            foreach (var golden in root.GetProperty("cases").EnumerateArray())
                yield return new Case($"malformed/{golden.Text("id")}", () => new MalformedCase(file, root, golden, options.Scratch).Check());
        }
    }
}

/// <summary>One broken dataset and the settings it is read with.</summary>
internal sealed class MalformedCase(string file, JsonElement root, JsonElement golden, string scratch)
{
    public JsonElement Golden { get; } = golden;

    public string FileName { get; } = golden.Text("file_name");

    public string Content { get; } = golden.Text("content");

    public RowKind Kind { get; } = RowUse.KindOf(golden.Text("stage"));

    public Verdict Check()
    {
        var outcome = Run(Content);
        if (Golden.Flag("lf_bug")) return MalformedRules.Check(this, outcome);
        if (Golden.TryGetProperty("fails_at", out _))
            return outcome.Error is null ? Parity.Verdict.Fail("no error") : Parity.Verdict.Pass(detail: outcome.Error);
        if (outcome.Error is not null) return Parity.Verdict.Fail($"stopped: {outcome.Error}");
        if (AlignedRows.Compare(Golden.GetProperty("aligned"), outcome.Aligned) is { } difference) return Parity.Verdict.Fail(difference);
        return TokenisedRows.Compare(Golden.GetProperty("rows").EnumerateArray().ToList(), outcome.Rows, Kind);
    }

    /// <summary>What comes of this content in the case's file.</summary>
    /// <param name="info">The dataset's entry, or null: the golden's own.</param>
    public Outcome Run(string content, string? info = null)
    {
        string folder = Directory.CreateDirectory(Path.Combine(scratch, Path.GetRandomFileName())).FullName;
        File.WriteAllText(Path.Combine(folder, FileName), content);
        string entry = info ?? Golden.GetProperty("dataset_info").GetRawText();
        string named = entry.TrimStart('{', ' ').TrimStart() is "}" or "" ? "" : "," + entry.Trim()[1..^1];
        File.WriteAllText(Path.Combine(folder, "dataset_info.json"), $$$"""{"case": {"file_name": "{{{FileName}}}"{{{named}}}}}""");
        var template = Preparing.Template(file, root.Text("template"), root.Text("tokenizer"));
        var data = new DataOptions { DatasetDir = folder, Dataset = ["case"], CutoffLen = root.Int("cutoff_len"), PreprocessingNumWorkers = 1 };
        try
        {
            var prepared = DatasetLoader.Load(new DataRequest(data, Golden.Text("stage"), template, Seed: 42));
            var aligned = DatasetRows.Stream(DatasetCatalog.Load(folder).Find("case", _ => { }), null).ToList();
            return new Outcome(prepared.TrainRows, prepared.Warnings, aligned, null);
        }
        catch (UserError error)
        {
            return new Outcome([], [], [], error.Message);
        }
    }
}
