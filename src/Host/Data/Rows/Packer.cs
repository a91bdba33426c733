// Packing: several samples in one row of full length.
namespace FastTune.Data;

/// <summary>Packs supervised samples (golden/data/README.md, "Rows", packing).</summary>
/// <param name="Cutoff">Room for samples; a packed row is one longer, so that it always ends with padding.</param>
/// <param name="Neat">Samples keep to themselves; else they see each other and the padding counts as text.</param>
/// <param name="PadId">Padding token.</param>
internal sealed record Packer(int Cutoff, bool Neat, int PadId)
{
    /// <summary>Packed rows in the order of the knapsack. Samples longer than the cutoff must have been left out before.</summary>
    public List<Sample> Pack(IReadOnlyList<Sample> samples)
    {
        var lengths = samples.Select(sample => sample.InputIds.Length).ToList();
        return Knapsack.Greedy(lengths, Cutoff).ConvertAll(row => Join(row.ConvertAll(i => samples[i])));
    }

    private Sample Join(List<Sample> parts)
    {
        int width = Cutoff + 1;
        var ids = new int[width];
        var labels = new int[width];
        var positions = new int[width];
        var sequences = new int[width];
        int at = 0;
        for (int part = 0; part < parts.Count; part++)
        {
            int length = parts[part].InputIds.Length;
            parts[part].InputIds.CopyTo(ids, at);
            parts[part].Labels.CopyTo(labels, at);
            for (int i = 0; i < length; i++) positions[at + i] = i;
            sequences.AsSpan(at, length).Fill(Neat ? part + 1 : 1);
            at += length;
        }
        ids.AsSpan(at).Fill(PadId);
        labels.AsSpan(at).Fill(Sample.Ignored);
        sequences.AsSpan(at).Fill(Neat ? 0 : 1);
        return new Sample
        {
            InputIds = ids,
            Labels = labels,
            PositionIds = positions,
            SequenceIds = sequences,
            Origins = parts.SelectMany(part => part.Origins).ToList(),
        };
    }
}
