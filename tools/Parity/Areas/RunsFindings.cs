// What the comparisons of one run found: the largest error against its tolerance, and the first difference of each kind.
namespace FastTune.Parity;

internal sealed class RunsFindings
{
    private readonly Dictionary<string, string> _differences = [];
    private double _largest;
    private int _compared;

    /// <summary>Compares numbers: the difference may be <paramref name="tolerance"/> times <paramref name="scale"/>.</summary>
    public void Number(string kind, string place, double expected, double got, double tolerance, double scale)
    {
        _compared++;
        double share = expected == got ? 0 : Math.Abs(expected - got) / (tolerance * scale);
        if (!(share <= 1)) Differs(kind, $"{place} is {got:G9}, expected {expected:G9}");
        else _largest = Math.Max(_largest, share);
    }

    public void Relative(string kind, string place, double expected, double got, double tolerance) =>
        Number(kind, place, expected, got, tolerance, Math.Abs(expected));

    /// <summary>Compares tensors element by element.</summary>
    public void Values(string kind, string place, ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double tolerance)
    {
        if (expected.Length != got.Length)
        {
            Differs(kind, $"{place} has {got.Length} values, expected {expected.Length}");
            return;
        }
        int worst = 0;
        for (int i = 1; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - got[i]) <= Math.Abs(expected[worst] - got[worst]))) worst = i;
        if (expected.Length > 0) Number(kind, $"{place}[{worst}]", expected[worst], got[worst], tolerance, 1);
    }

    public void Exact(string kind, string? difference)
    {
        _compared++;
        if (difference is not null) Differs(kind, difference);
    }

    public void Differs(string kind, string what) => _differences.TryAdd(kind, what);

    public Verdict Verdict() => _differences.Count == 0
        ? Parity.Verdict.Pass(_largest, $"{_compared} comparisons; error as a share of its tolerance")
        : Parity.Verdict.Fail(string.Join("; ", _differences.Select(entry => $"{entry.Key}: {entry.Value}")));
}
