// Learns merges from word counts: the most frequent pair first, among equals the pair with the smaller ids
// (Sennrich et al., arXiv 1508.07909; order of results as in the tokenizers library).
using System.Text;

namespace FastTune.Tokenizers.Training;

internal sealed class BpeTraining
{
    private sealed record Candidate((int Left, int Right) Pair, long Count, HashSet<int> Words);

    private readonly BpeTrainerOptions options;
    private readonly Dictionary<string, int> ids = [];
    private readonly List<TrainingWord> words = [];
    private readonly Dictionary<(int, int), long> pairCounts = [];
    private readonly PriorityQueue<Candidate, (long, int, int)> queue = new();

    private BpeTraining(BpeTrainerOptions options) => this.options = options;

    /// <summary>Tokens in id order.</summary>
    public List<string> Vocabulary { get; } = [];

    /// <summary>Merges in the order learnt.</summary>
    public List<(int Left, int Right)> Merges { get; } = [];

    /// <param name="counts">Words, as the pre-tokenizer made them, and how often each occurs.</param>
    public static BpeTraining Run(IReadOnlyDictionary<string, long> counts, BpeTrainerOptions options)
    {
        var training = new BpeTraining(options);
        foreach (string token in options.SpecialTokens) training.Id(token);
        training.AddAlphabet(counts);
        // Sorted, so that the same counts give the same result whatever the dictionary's order.
        foreach (var (word, count) in counts.OrderBy(w => w.Key, StringComparer.Ordinal)) training.AddWord(word, count);
        training.CountPairs();
        training.Learn();
        return training;
    }

    private int Id(string token)
    {
        if (ids.TryGetValue(token, out int id)) return id;
        ids.Add(token, Vocabulary.Count);
        Vocabulary.Add(token);
        return Vocabulary.Count - 1;
    }

    private void AddAlphabet(IReadOnlyDictionary<string, long> counts)
    {
        var alphabet = new Dictionary<Rune, long>();
        foreach (var (word, count) in counts)
            foreach (var rune in word.EnumerateRunes()) alphabet[rune] = alphabet.GetValueOrDefault(rune) + count;
        foreach (string character in options.InitialAlphabet ?? [])
            foreach (var rune in character.EnumerateRunes().Take(1)) alphabet[rune] = long.MaxValue;
        int surplus = options.LimitAlphabet is { } limit ? Math.Max(0, alphabet.Count - limit) : 0;
        var kept = alphabet.OrderBy(a => a.Value).ThenBy(a => a.Key.Value).Skip(surplus).Select(a => a.Key);
        foreach (var rune in kept.OrderBy(r => r.Value)) Id(rune.ToString());
    }

    private void AddWord(string word, long count)
    {
        var symbols = new TrainingWord(count);
        for (int i = 0; i < word.Length;)
        {
            Unicode.CodePoints.At(word, i, out int length);
            string character = word.Substring(i, length);
            bool first = i == 0;
            i += length;
            if (!ids.ContainsKey(character)) continue;
            string prefix = first ? "" : options.ContinuingSubwordPrefix ?? "";
            symbols.Add(Id(prefix + character + (i == word.Length ? options.EndOfWordSuffix ?? "" : "")));
        }
        words.Add(symbols);
    }

    private void CountPairs()
    {
        var where = new Dictionary<(int, int), HashSet<int>>();
        for (int w = 0; w < words.Count; w++)
        {
            for (int i = 0; i + 1 < words[w].Symbols.Count; i++)
                Count((words[w].Symbols[i].Id, words[w].Symbols[i + 1].Id), words[w].Count, w, where);
        }
        Enqueue(where);
    }

    private void Learn()
    {
        while (ids.Count < options.VocabSize && queue.TryDequeue(out var top, out _))
        {
            long count = pairCounts[top.Pair];
            if (top.Count != count)
            {
                Enqueue(top with { Count = count });
                continue;
            }
            if (count < 1 || count < options.MinFrequency) break;
            string left = Vocabulary[top.Pair.Left], right = Vocabulary[top.Pair.Right];
            string prefix = options.ContinuingSubwordPrefix ?? "";
            int result = Id(left + (right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right));
            Merges.Add(top.Pair);
            Apply(top, result);
        }
    }

    private void Apply(Candidate top, int result)
    {
        var where = new Dictionary<(int, int), HashSet<int>>();
        var changes = new List<PairChange>();
        foreach (int w in top.Words)
        {
            changes.Clear();
            words[w].Merge(top.Pair, result, options.MaxTokenLength ?? int.MaxValue, changes);
            foreach (var (pair, delta) in changes) Count(pair, delta * words[w].Count, delta > 0 ? w : -1, where);
        }
        Enqueue(where);
    }

    private void Count((int, int) pair, long change, int word, Dictionary<(int, int), HashSet<int>> where)
    {
        pairCounts[pair] = pairCounts.GetValueOrDefault(pair) + change;
        if (word < 0) return;
        if (!where.TryGetValue(pair, out var places)) where.Add(pair, places = []);
        places.Add(word);
    }

    private void Enqueue(Dictionary<(int, int), HashSet<int>> where)
    {
        foreach (var (pair, places) in where)
            if (pairCounts[pair] > 0) Enqueue(new Candidate(pair, pairCounts[pair], places));
    }

    private void Enqueue(Candidate candidate) =>
        queue.Enqueue(candidate, (-candidate.Count, candidate.Pair.Left, candidate.Pair.Right));
}
