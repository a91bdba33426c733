// Joining several datasets into one order of rows.
namespace FastTune.Data;

/// <summary>Joins sources without knowing how long they are (golden/data/README.md, "Joining and splitting"). Sources are started again
/// where a strategy repeats them.</summary>
internal static class Mixing
{
    /// <summary>The rows in their joined order. Empty <paramref name="shares"/>: round robin; else the source of each row is drawn with
    /// <paramref name="uniform"/>, a generator of doubles in [0, 1) (NumPy's, for the reference's order).</summary>
    public static IEnumerable<T> Mix<T>(
        IReadOnlyList<IEnumerable<T>> sources, string strategy, IReadOnlyList<double> shares, Func<double> uniform) => strategy switch
        {
            _ when sources.Count == 1 => sources[0],
            "concat" => sources.SelectMany(source => source),
            "interleave_under" or "interleave_over" or "interleave_once" when shares.Count == 0 => RoundRobin(sources, strategy),
            "interleave_under" or "interleave_over" or "interleave_once" => Drawn(sources, strategy, shares, uniform),
            _ => throw new UserError($"mix_strategy '{strategy}' is unknown: use concat, interleave_under, interleave_over or interleave_once"),
        };

    private static IEnumerable<T> RoundRobin<T>(IReadOnlyList<IEnumerable<T>> sources, string strategy)
    {
        using var turns = new Turns<T>(sources);
        while (!turns.Stop(strategy))
        {
            for (int source = 0; source < sources.Count; source++)
            {
                if (strategy == "interleave_once" && turns.UsedUp(source)) continue;
                yield return turns.Take(source);
            }
        }
    }

    private static IEnumerable<T> Drawn<T>(
        IReadOnlyList<IEnumerable<T>> sources, string strategy, IReadOnlyList<double> shares, Func<double> uniform)
    {
        if (shares.Count != sources.Count)
            throw new UserError($"interleave_probs has {shares.Count} values for {sources.Count} datasets: give one a dataset");
        var steps = Cumulative(shares);
        using var turns = new Turns<T>(sources);
        while (!turns.Stop(strategy))
        {
            double drawn = uniform();
            int source = Array.FindIndex(steps, step => drawn < step);
            if (strategy == "interleave_once" && turns.UsedUp(source)) continue;
            yield return turns.Take(source);
        }
    }

    private static double[] Cumulative(IReadOnlyList<double> shares)
    {
        if (shares.Any(share => !(share > 0))) throw new UserError("interleave_probs must all be above 0");
        var steps = new double[shares.Count];
        double sum = 0;
        for (int i = 0; i < steps.Length; i++) steps[i] = sum += shares[i];
        for (int i = 0; i < steps.Length; i++) steps[i] /= sum;
        return steps;
    }

    /// <summary>The sources with one row of lookahead each, so that a used-up one is known at once.</summary>
    private sealed class Turns<T> : IDisposable
    {
        private readonly IReadOnlyList<IEnumerable<T>> _sources;
        private readonly IEnumerator<T>[] _readers;
        private readonly bool[] _usedUp;

        public Turns(IReadOnlyList<IEnumerable<T>> sources)
        {
            _sources = sources;
            _readers = sources.Select(source => source.GetEnumerator()).ToArray();
            _usedUp = new bool[sources.Count];
            for (int i = 0; i < _readers.Length; i++)
                if (!_readers[i].MoveNext()) throw new UserError($"dataset {i + 1} of the mix has no rows: leave it out");
        }

        public bool UsedUp(int source) => _usedUp[source];

        public bool Stop(string strategy) => strategy == "interleave_under" ? _usedUp.Contains(true) : !_usedUp.Contains(false);

        public T Take(int source)
        {
            var taken = _readers[source].Current;
            if (_readers[source].MoveNext()) return taken;
            _usedUp[source] = true;
            _readers[source].Dispose();
            _readers[source] = _sources[source].GetEnumerator();
            _readers[source].MoveNext();
            return taken;
        }

        public void Dispose()
        {
            foreach (var reader in _readers) reader.Dispose();
        }
    }
}
