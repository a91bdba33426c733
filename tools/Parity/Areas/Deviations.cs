// Collects comparisons of one case: the first that leaves its tolerance, and the largest share of a tolerance used up.
namespace FastTune.Parity;

/// <summary>The verdict's error is in units of the tolerance: 1 is just allowed.</summary>
internal sealed class Deviations
{
    private string? _first;
    private double _worst;

    public Verdict Verdict => _first is null ? Verdict.Pass(_worst, "of the tolerance") : Verdict.Fail(_first, _worst);

    /// <summary>Every value within <paramref name="tolerance"/> of the expected one; 0: the same.</summary>
    public void Compare(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double tolerance)
    {
        if (expected.Length != got.Length)
        {
            _first ??= $"{name}: {got.Length} values, {expected.Length} were expected";
            return;
        }
        double largest = 0;
        for (int i = 0; i < got.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - got[i]);
            // Not "greater": NaN must fail too.
            if (!(difference <= tolerance)) _first ??= $"{name}[{i}] is {got[i]:G9}, {expected[i]:G9} ± {tolerance:G3} was expected";
            largest = Math.Max(largest, difference);
        }
        if (tolerance > 0) _worst = Math.Max(_worst, largest / tolerance);
    }

    public void SameNames(string what, IEnumerable<string> expected, IEnumerable<string> got)
    {
        var (wanted, there) = (expected.ToHashSet(), got.ToHashSet());
        if (wanted.Except(there).FirstOrDefault() is { } missing) _first ??= $"{what}: '{missing}' is missing";
        if (there.Except(wanted).FirstOrDefault() is { } surplus) _first ??= $"{what}: '{surplus}' was not expected";
    }
}
