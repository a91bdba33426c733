// Learns a unigram vocabulary: from many seed pieces, expectation maximisation and pruning leave those that explain the words best
// (Kudo, arXiv 1804.10959; settings and steps as in the tokenizers library).
namespace FastTune.Tokenizers.Training;

/// <param name="VocabSize">Entries of the vocabulary, special tokens included.</param>
/// <param name="SpecialTokens">They take the first ids, with score 0.</param>
/// <param name="UnkToken">One of the special tokens, or put in front of them; null: none.</param>
/// <param name="Shrinking">Share of the pieces that a pruning keeps.</param>
/// <param name="Rounds">Expectation and maximisation between two prunings.</param>
internal sealed record UnigramOptions(
    int VocabSize, IReadOnlyList<string> SpecialTokens, string? UnkToken = null, IReadOnlyList<string>? InitialAlphabet = null,
    double Shrinking = 0.75, int Rounds = 2, int MaxPieceLength = 16, int SeedSize = 1_000_000);

internal sealed class UnigramTraining
{
    private const double LeastExpected = 0.5;
    private const double PenaltyStep = 0.0001;

    private readonly UnigramOptions _options;
    private readonly List<(string Text, long Count)> _words;
    private List<(string Text, double Score)> _pieces;
    private PieceLattice _lattice;

    private UnigramTraining(IReadOnlyDictionary<string, long> counts, UnigramOptions options)
    {
        _options = options;
        // Sorted, so that the same counts give the same sums whatever the dictionary's order.
        _words = [.. counts.Where(w => w.Key.Length > 0).OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => (w.Key, w.Value))];
        _pieces = [("<UNK>", double.NaN), .. UnigramSeeds.Of(_words, options.MaxPieceLength, options.SeedSize)];
        _lattice = new PieceLattice(_pieces);
    }

    /// <summary>Pieces and log probabilities in id order: special tokens, then the others, the likeliest first.</summary>
    /// <exception cref="UserError">There are more characters than the vocabulary has room for, or no words at all.</exception>
    public static List<(string Text, double Score)> Run(IReadOnlyDictionary<string, long> counts, UnigramOptions options)
    {
        if (counts.Count == 0) throw new UserError("there are no words to learn a vocabulary from: give texts that are not empty");
        var training = new UnigramTraining(counts, options);
        string[] required = [.. training._words.SelectMany(w => w.Text.EnumerateRunes()).Select(r => r.ToString()).Concat(options.InitialAlphabet ?? []).Distinct().Order(StringComparer.Ordinal)];
        if (required.Length > options.VocabSize)
            throw new UserError($"the texts have {required.Length} different characters, more than a vocabulary of {options.VocabSize}: make it larger");
        training.Learn();
        return training.Finished(required);
    }

    private int Desired => _options.VocabSize * 11 / 10;

    private void Learn()
    {
        while (true)
        {
            for (int round = 0; round < _options.Rounds; round++) Maximise();
            if (_pieces.Count <= Desired) return;
            int before = _pieces.Count;
            Replace(Pruned());
            // Characters alone may be more than wanted; nothing is left to prune then.
            if (_pieces.Count >= before) return;
        }
    }

    private void Replace(List<(string, double)> pieces) => (_pieces, _lattice) = (pieces, new PieceLattice(pieces));

    private void Maximise()
    {
        var expected = new double[_pieces.Count];
        foreach (var (text, count) in _words) _lattice.AddExpected(text, count, expected);
        var kept = Enumerable.Range(1, _pieces.Count - 1).Where(id => expected[id] >= LeastExpected).ToList();
        // The digamma function in place of the logarithm acts as a sparse prior (Liang and Klein, ACL 2007 tutorial).
        double logSum = Digamma(kept.Sum(id => expected[id]));
        Replace([_pieces[0], .. kept.Select(id => (_pieces[id].Text, Digamma(expected[id]) - logSum))]);
    }

    /// <summary>Without the pieces whose loss costs the least, each taken to be replaced by its own second-best cut.</summary>
    private List<(string, double)> Pruned()
    {
        var frequency = new double[_pieces.Count];
        double words = 0;
        foreach (var (text, count) in _words)
        {
            words += count;
            foreach (int id in _lattice.Best(text, 1)[0]) frequency[id] += count;
        }
        double sum = frequency.Sum();
        var kept = new List<(string, double)> { _pieces[0] };
        var candidates = new List<(int Id, double Loss)>();
        for (int id = 1; id < _pieces.Count; id++)
        {
            var cuts = _lattice.Best(_pieces[id].Text, 2);
            bool whole = cuts.Count == 1 || cuts[0].Length == 1;
            if (frequency[id] == 0 && !whole) continue;
            if (cuts.Count == 1 || !whole) kept.Add(_pieces[id]);
            else if (frequency[id] > 0) candidates.Add((id, Loss(id, cuts[1], frequency, sum, words)));
        }
        int size = Math.Max(Desired, (int)(_pieces.Count * _options.Shrinking));
        kept.AddRange(candidates.OrderByDescending(c => c.Loss).Take(Math.Max(0, size - kept.Count)).Select(c => _pieces[c.Id]));
        return kept;
    }

    // What the likelihood of a word loses on average when the piece's occurrences become those of the other pieces.
    private static double Loss(int id, int[] others, double[] frequency, double sum, double words)
    {
        double logSum = Math.Log(sum + (frequency[id] * (others.Length - 1)));
        double replaced = others.Sum(other => Math.Log(frequency[other] + frequency[id]) - logSum);
        return frequency[id] / words * (Math.Log(frequency[id]) - Math.Log(sum) - replaced);
    }

    private List<(string, double)> Finished(string[] required)
    {
        var scores = _pieces.Skip(1).ToDictionary(piece => piece.Text, piece => piece.Score);
        double lowest = scores.Values.Min(), penalty = 0;
        var pieces = new List<(string Text, double Score)>();
        foreach (string character in required)
        {
            bool known = scores.TryGetValue(character, out double score);
            pieces.Add((character, known ? score : lowest + penalty));
            if (!known) penalty += PenaltyStep;
        }
        List<string> special = [.. _options.SpecialTokens];
        if (_options.UnkToken is { } unknown && !special.Contains(unknown)) special.Insert(0, unknown);
        int room = _options.VocabSize - special.Count - pieces.Count;
        var there = required.ToHashSet();
        pieces.AddRange(_pieces.Skip(1).Where(piece => !there.Contains(piece.Text)).Take(Math.Max(0, room)));
        return [.. special.Select(token => (token, 0.0)), .. pieces.OrderByDescending(piece => piece.Score)];
    }

    // The derivative of the logarithm of the gamma function, by its recurrence and then its asymptotic series.
    private static double Digamma(double x)
    {
        double result = 0;
        for (; x < 7; x++) result -= 1 / x;
        x -= 0.5;
        double squared = 1 / (x * x), fourth = squared * squared;
        return result + Math.Log(x) + (squared / 24) - (7.0 / 960 * fourth) + (31.0 / 8064 * fourth * squared) - (127.0 / 30720 * fourth * fourth);
    }
}
