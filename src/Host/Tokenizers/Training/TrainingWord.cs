// A word while merges are learnt: its symbols, and what changes around each merge.
namespace FastTune.Tokenizers.Training;

/// <param name="Id">Token id.</param>
/// <param name="Length">Characters of the word that it covers.</param>
internal readonly record struct Symbol(int Id, int Length);

/// <summary>A pair that appeared (+1) or went (-1).</summary>
internal readonly record struct PairChange((int Left, int Right) Pair, int Delta);

internal sealed class TrainingWord(long count)
{
    private readonly List<Symbol> symbols = [];

    public long Count => count;

    public IReadOnlyList<Symbol> Symbols => symbols;

    public void Add(int id) => symbols.Add(new Symbol(id, 1));

    /// <summary>Replaces every occurrence of the pair, from the left. New pairs that would make a token of
    /// <paramref name="maxLength"/> characters or more do not count.</summary>
    public void Merge((int Left, int Right) pair, int result, int maxLength, List<PairChange> changes)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i].Id != pair.Left || symbols[i + 1].Id != pair.Right) continue;
            var merged = new Symbol(result, symbols[i].Length + symbols[i + 1].Length);
            if (i > 0)
            {
                changes.Add(new PairChange((symbols[i - 1].Id, pair.Left), -1));
                if (symbols[i - 1].Length + merged.Length < maxLength) changes.Add(new PairChange((symbols[i - 1].Id, result), 1));
            }
            symbols[i] = merged;
            symbols.RemoveAt(i + 1);
            if (i + 1 >= symbols.Count) continue;
            changes.Add(new PairChange((pair.Right, symbols[i + 1].Id), -1));
            if (symbols[i + 1].Length + merged.Length < maxLength) changes.Add(new PairChange((result, symbols[i + 1].Id), 1));
        }
    }
}
