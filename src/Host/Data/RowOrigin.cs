// Where a row of training data came from, for every message that has to name it.
namespace FastTune.Data;

/// <summary>A row of a source file.</summary>
/// <param name="Dataset">Name in dataset_info.json.</param>
/// <param name="File">File name without its folder.</param>
/// <param name="Row">Number of the row in that file, from 1; header and blank lines do not count.</param>
public readonly record struct RowOrigin(string Dataset, string File, long Row)
{
    public override string ToString() => $"{File}, row {Row}";
}
