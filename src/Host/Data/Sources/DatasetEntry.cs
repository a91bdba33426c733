// One dataset as dataset_info.json describes it.
namespace FastTune.Data;

/// <summary>How rows are laid out.</summary>
internal enum RowLayout : byte { Alpaca, ShareGpt, OpenAi }

/// <summary>Column names; null where a dataset has no such column.</summary>
internal sealed record DatasetColumns(
    string? Prompt = "instruction", string? Query = "input", string? Response = "output", string? History = null,
    string? Messages = "conversations", string? System = null, string? Tools = null,
    string? Chosen = null, string? Rejected = null, string? KtoTag = null)
{
    /// <summary>The columns of an entry that names none.</summary>
    public static readonly DatasetColumns Default = new();
}

/// <summary>Keys and role names inside the messages of a conversation; null where a dataset has no such role.</summary>
internal sealed record DatasetTags(
    string Role = "from", string Content = "value", string? User = "human", string? Assistant = "gpt",
    string? Observation = "observation", string? Function = "function_call", string? System = "system");

/// <summary>A dataset: its files in reading order and how its rows are read.</summary>
internal sealed record DatasetEntry
{
    public required string Name { get; init; }
    public required IReadOnlyList<string> Files { get; init; }
    public RowLayout Layout { get; init; } = RowLayout.Alpaca;

    /// <summary>Rows hold a chosen and a rejected answer.</summary>
    public bool Ranking { get; init; }

    /// <summary>Rows to draw at random, or null: all.</summary>
    public int? NumSamples { get; init; }

    public DatasetColumns Columns { get; init; } = DatasetColumns.Default;
    public DatasetTags Tags { get; init; } = new();
}
