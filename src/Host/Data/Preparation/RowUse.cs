// Which aligned rows a stage can use.
namespace FastTune.Data;

internal static class RowUse
{
    /// <summary>Why a stage cannot use the row, or null when it can.</summary>
    public static string? Fault(AlignedRow row, RowKind kind)
    {
        if (row.Fault is not null) return row.Fault;
        if (kind == RowKind.Pretrain) return row.NoText ? "has no text" : row.Prompt.Count == 0 ? "has no turns" : null;
        if (row.Prompt.Count % 2 == 0) return "has no question before its answer";
        return kind switch
        {
            RowKind.Supervised when row.Response.Count != 1 => row.Response.Count == 0 ? "has no answer" : "has several answers, this stage takes one",
            RowKind.Pairs when row.Response.Count < 2 => "has no chosen and rejected answer",
            RowKind.Feedback when row.Response.Count < 2 => "has no answer or no label",
            _ => null,
        };
    }

    /// <summary>The kind of rows that a stage trains on.</summary>
    public static RowKind KindOf(string stage) => stage switch
    {
        "pt" => RowKind.Pretrain,
        "sft" => RowKind.Supervised,
        "rm" or "dpo" => RowKind.Pairs,
        "kto" => RowKind.Feedback,
        "ppo" => RowKind.Prompts,
        _ => throw new UserError($"stage '{stage}' has no rows; use pt, sft, rm, dpo, kto or ppo"),
    };

    /// <summary>Ranked data and stages that rank belong together.</summary>
    public static void CheckRanking(DatasetEntry entry, RowKind kind)
    {
        if (entry.Ranking == (kind == RowKind.Pairs)) return;
        throw new UserError(entry.Ranking
            ? $"dataset '{entry.Name}' holds ranked answers (ranking: true), which only stages rm and dpo use"
            : $"dataset '{entry.Name}' holds no ranked answers, which stages rm and dpo need: set ranking: true and name chosen and rejected");
    }
}
