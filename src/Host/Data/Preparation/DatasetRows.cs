// The aligned rows of one dataset: read, checked for its columns, limited and drawn.
namespace FastTune.Data;

internal static class DatasetRows
{
    /// <summary>Rows of a dataset as a stream; enumerating again reads the files again.</summary>
    /// <param name="most">max_samples: at most so many rows, or null.</param>
    public static IEnumerable<AlignedRow> Stream(DatasetEntry entry, int? most)
    {
        var missing = Aligner.Needed(entry).Where(column => column.Column is not null).ToList();
        long read = 0;
        foreach (var row in RowSource.Read(entry))
        {
            if (missing.Count > 0) missing.RemoveAll(column => row.Value.TryGetProperty(column.Column!, out _));
            yield return Aligner.Align(entry, row);
            if (++read == most) break;
        }
        if (read == 0) throw new UserError($"dataset '{entry.Name}': {Path.GetFileName(entry.Files[0])} holds no rows");
        if (missing.Count > 0)
            throw new UserError($"dataset '{entry.Name}': no row of {Path.GetFileName(entry.Files[0])} has the column '{missing[0].Column}' ({missing[0].Use}); name the right one in dataset_info.json");
    }

    /// <summary>Rows of a dataset in memory, with its num_samples drawn before the limit applies.</summary>
    public static IReadOnlyList<AlignedRow> Load(DatasetEntry entry, int? most, Func<int, int[]> permutation)
    {
        if (entry.NumSamples is not int count) return Stream(entry, most).ToList();
        var rows = Stream(entry, null).ToList();
        var drawn = Resample.Draw(rows.Count, count, permutation).Select(i => rows[i]);
        return (most is int limit ? drawn.Take(limit) : drawn).ToList();
    }
}
