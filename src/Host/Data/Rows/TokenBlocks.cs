// Pretraining rows: texts joined and cut into blocks, or one text a row.
namespace FastTune.Data;

/// <summary>Builds pretraining rows (golden/data/README.md, "Rows", pt).</summary>
/// <param name="Cutoff">Block length, or the longest row.</param>
/// <param name="Bos">The bos id of a tokenizer that adds one by its own setting: written over the first id of a block, or put in front
/// of a text; else null.</param>
internal sealed record TokenBlocks(int Cutoff, int? Bos)
{
    /// <summary>The texts (each already closed by its end token) joined and cut into blocks; what remains is dropped.</summary>
    public List<Sample> Packed(IReadOnlyList<Sample> texts)
    {
        var blocks = new List<Sample>();
        var origins = new List<RowOrigin>();
        var block = new int[Cutoff];
        int filled = 0;
        foreach (var text in texts)
        {
            var ids = text.InputIds;
            int taken = 0;
            while (taken < ids.Length)
            {
                int count = Math.Min(ids.Length - taken, Cutoff - filled);
                ids.AsSpan(taken, count).CopyTo(block.AsSpan(filled));
                origins.AddRange(text.Origins);
                (taken, filled) = (taken + count, filled + count);
                if (filled < Cutoff) continue;
                if (Bos is int bos) block[0] = bos;
                blocks.Add(new Sample { InputIds = block, Labels = block, Origins = origins });
                (block, origins, filled) = (new int[Cutoff], [], 0);
            }
        }
        return blocks;
    }

    /// <summary>One text as a row, cut at the end.</summary>
    public Sample Single(Sample text)
    {
        int[] ids = Bos is int bos ? [bos, .. text.InputIds] : text.InputIds;
        if (ids.Length > Cutoff) ids = ids[..Cutoff];
        return text with { InputIds = ids, Labels = ids };
    }
}
