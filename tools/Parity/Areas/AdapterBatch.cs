// The batch of an adapter case: rows of input_ids, attention_mask and labels, flattened to the attended tokens.
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

/// <summary>The tokens, and where each stands in the padded [rows, length] grid of the expected logits.</summary>
internal sealed record AdapterBatch(TokenBatch Tokens, int[] Places)
{
    private const int Ignored = -100;

    public static AdapterBatch Read(TensorSet expected)
    {
        long[] ids = expected["input_ids"].ToLongs(), mask = expected["attention_mask"].ToLongs(), labels = expected["labels"].ToLongs();
        int length = checked((int)expected["input_ids"].Shape[^1]);
        List<int> tokens = [], positions = [], starts = [0], rows = [], targets = [], places = [];
        for (int first = 0; first < ids.Length; first += length)
        {
            for (int t = first; t < first + length; t++)
            {
                if (mask[t] == 0) continue;
                if (t + 1 < first + length && labels[t + 1] != Ignored)
                {
                    rows.Add(tokens.Count);
                    targets.Add((int)labels[t + 1]);
                }
                positions.Add(tokens.Count - starts[^1]);
                tokens.Add((int)ids[t]);
                places.Add(t);
            }
            starts.Add(tokens.Count);
        }
        return new(new TokenBatch([.. tokens], [.. positions], [.. starts], [.. rows], [.. targets], length), [.. places]);
    }
}
