// What happened to the rows of a dataset, and the lines the user should read about them.
namespace FastTune.Data;

/// <summary>Counts of one dataset.</summary>
public sealed class DatasetReport(string name, int cutoff)
{
    /// <summary>Number of bins of <see cref="Lengths"/>.</summary>
    public const int Bins = 16;

    public string Name { get; } = name;

    /// <summary>Longest row in tokens.</summary>
    public int Cutoff { get; } = cutoff;

    /// <summary>Rows read from the files and used by max_samples and num_samples.</summary>
    public long Read { get; internal set; }

    /// <summary>Rows left out, each with a warning.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Rows that lost tokens to the cutoff.</summary>
    public long Truncated { get; internal set; }

    /// <summary>Rows that were kept although none of their tokens is trained.</summary>
    public long Untrained { get; internal set; }

    /// <summary>Tokens of the kept rows before padding.</summary>
    public long Tokens { get; internal set; }

    /// <summary>Tokens that are trained.</summary>
    public long TrainedTokens { get; internal set; }

    /// <summary>Rows by length: bin i holds lengths above i/16 and up to (i+1)/16 of the cutoff.</summary>
    public long[] Lengths { get; } = new long[Bins];

    internal void AddLength(int length)
    {
        Tokens += length;
        Lengths[Math.Clamp((int)((length - 1L) * Bins / Math.Max(1, Cutoff)), 0, Bins - 1)]++;
    }
}

/// <summary>Reports and warnings of one preparation. Warnings of a kind are capped for each dataset; the counts are complete.</summary>
internal sealed class Reports(int cutoff)
{
    private const int ShownPerKind = 10;

    private readonly OrderedDictionary<string, DatasetReport> _datasets = [];
    private readonly Dictionary<(string, string), int> _shown = [];
    private readonly List<string> _warnings = [];

    /// <summary>By dataset, in the order in which they were met; grows while a stream is read.</summary>
    public IReadOnlyList<DatasetReport> Datasets => _datasets.Values;

    /// <summary>Grows while a stream is read.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public DatasetReport Of(string dataset)
    {
        if (!_datasets.TryGetValue(dataset, out var report)) _datasets[dataset] = report = new DatasetReport(dataset, cutoff);
        return report;
    }

    /// <summary>Keeps a line unless many of its kind were kept for the dataset already.</summary>
    public void Warn(string dataset, string kind, string line)
    {
        int count = _shown[(dataset, kind)] = _shown.GetValueOrDefault((dataset, kind)) + 1;
        if (count <= ShownPerKind) _warnings.Add(line);
        else if (count == ShownPerKind + 1) _warnings.Add($"dataset '{dataset}': more rows {kind}; they are only counted from here on");
    }
}
