// golden/data/aligned.json: each dataset in the one form.
using System.Text.Json;
using FastTune.Data;
using FastTune.Templates;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal sealed class AlignedRows : IArea
{
    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"cases\"", "\"dataset\"", "\"_prompt\""]))
        {
            string sources = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "sources");
            foreach (var golden in Read(file).GetProperty("cases").EnumerateArray())
                yield return new Case($"aligned/{golden.Text("dataset")}", () => Check(golden, sources));
        }
    }

    private static Verdict Check(JsonElement golden, string sources)
    {
        var entry = DatasetCatalog.Load(sources).Find(golden.Text("dataset"), _ => { });
        return Verdict(Compare(golden.GetProperty("rows"), DatasetRows.Stream(entry, null).ToList()));
    }

    /// <summary>Null when the rows are those of the golden, else where they differ.</summary>
    public static string? Compare(JsonElement want, IReadOnlyList<AlignedRow> got)
    {
        if (want.GetArrayLength() != got.Count) return $"{got.Count} rows, expected {want.GetArrayLength()}";
        for (int i = 0; i < got.Count; i++)
        {
            string text = Text(got[i]), expected = Text(want[i]);
            if (text != expected) return $"row {i} is {text}, expected {expected}";
        }
        return null;
    }

    private static string Text(AlignedRow row) => string.Join(" | ", Turns(row.Prompt), Turns(row.Response), row.System ?? "", row.Tools ?? "");

    private static string Turns(IReadOnlyList<Message> turns) => string.Join(" / ", turns.Select(turn => $"{turn.Role}: {turn.Content}"));

    private static string Text(JsonElement row) => string.Join(" | ",
        Turns(row.GetProperty("_prompt")), Turns(row.GetProperty("_response")), Cell(row.GetProperty("_system")), Cell(row.GetProperty("_tools")));

    private static string Turns(JsonElement turns) => string.Join(" / ", turns.EnumerateArray()
        .Select(turn => $"{Enum.Parse<Role>(turn.Text("role"), ignoreCase: true)}: {Cell(turn.GetProperty("content"))}"));

    private static string Cell(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => cell.GetString()!,
        _ => Aligner.Json(cell),
    };
}
