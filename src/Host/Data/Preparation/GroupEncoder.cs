// Encodes rows group by group: several threads inside a group, packing and KL pairing never across groups.
namespace FastTune.Data;

/// <summary>Turns a stream of aligned rows into samples, in order whatever the number of threads.</summary>
/// <param name="groupSize">Rows of a group (preprocessing_batch_size).</param>
/// <param name="strict">A row without a trained token stops the run.</param>
internal sealed class GroupEncoder(RowEncoder encoder, EncodingOptions options, Reports reports, int groupSize, int threads, bool strict)
{
    private readonly Packer _packer = new(options.Cutoff, options.NeatPacking, encoder.PadId);
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    public IEnumerable<Sample> Encode(IEnumerable<AlignedRow> rows) => rows.Chunk(groupSize).SelectMany(Group);

    private List<Sample> Group(AlignedRow[] rows)
    {
        var usable = rows.Where(Usable).ToArray();
        var encoded = new EncodedRow[usable.Length];
        var errors = new UserError?[usable.Length];
        Parallel.For(0, usable.Length, _parallel, i =>
        {
            try
            {
                encoded[i] = encoder.Encode(usable[i], usable[(i + usable.Length - 1) % usable.Length]);
            }
            catch (UserError error)
            {
                errors[i] = error;
            }
        });
        // The first bad row is the one that is reported, whichever thread met one first.
        if (Array.Find(errors, error => error is not null) is { } first) throw first;
        var samples = encoded.Where(Count).Select(row => row.Sample).ToList();
        if (!options.Packing) return samples;
        return options.Kind == RowKind.Pretrain ? encoder.Blocks.Packed(samples) : _packer.Pack(samples);
    }

    private bool Usable(AlignedRow row)
    {
        var report = reports.Of(row.Origin.Dataset);
        report.Read++;
        if (RowUse.Fault(row, options.Kind) is not { } fault) return true;
        report.Dropped++;
        reports.Warn(row.Origin.Dataset, "are left out", $"{row.Origin} is left out: {fault}");
        return false;
    }

    /// <summary>Counts a sample; false when it is too long to be packed and so left out.</summary>
    private bool Count(EncodedRow row)
    {
        var (sample, origin) = (row.Sample, row.Sample.Origins[0]);
        var report = reports.Of(origin.Dataset);
        if (options is { Packing: true, Kind: RowKind.Supervised } && sample.InputIds.Length > options.Cutoff)
        {
            report.Dropped++;
            reports.Warn(origin.Dataset, "are too long to be packed", $"{origin} is left out: {sample.InputIds.Length} tokens do not fit into {options.Cutoff}");
            return false;
        }
        if (row.Cut) report.Truncated++;
        report.AddLength(sample.InputIds.Length);
        if (options.Kind == RowKind.Prompts) return true;
        report.TrainedTokens += sample.Labels.Length - sample.Labels.AsSpan().Count(Sample.Ignored);
        // A token of a joined text is predicted by the text before it, even where it stands alone.
        if (sample.Trains || options is { Packing: true, Kind: RowKind.Pretrain }) return true;
        report.Untrained++;
        string line = $"{origin} has no trained token (cutoff_len {options.Cutoff})";
        if (strict) throw new UserError($"{line}: raise cutoff_len, repair the row, or set strict_labels: false");
        reports.Warn(origin.Dataset, "have no trained token", line);
        return true;
    }
}
