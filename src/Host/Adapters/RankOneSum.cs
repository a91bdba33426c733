// A matrix kept as a sum of columns times rows, and its best approximation by fewer of them.
namespace FastTune.Adapters;

/// <summary>M = sum over k of b_k a_k^T, in double; a_k has <paramref name="inputs"/> values, b_k <paramref name="outputs"/>.
/// The same rotation of two terms' a and b leaves M as it is: one-sided Jacobi (Hestenes 1958) on the a, then on the b, gives the
/// singular value decomposition without M itself.</summary>
internal sealed class RankOneSum(int inputs, int outputs)
{
    private const int MaxSweeps = 60;
    private const double Orthogonal = 1e-15;

    private List<(double[] A, double[] B)> _terms = [];

    public int Inputs => inputs;
    public int Outputs => outputs;
    public int Rank => _terms.Count;

    /// <summary>Adds factor * b a, a [r, inputs] and b [outputs, r] row by row.</summary>
    public void Add(float[] a, float[] b, double factor)
    {
        int rank = a.Length / inputs;
        for (int k = 0; k < rank; k++)
        {
            var (left, right) = (new double[outputs], new double[inputs]);
            for (int i = 0; i < inputs; i++) right[i] = a[k * inputs + i];
            for (int o = 0; o < outputs; o++) left[o] = factor * b[o * rank + k];
            _terms.Add((right, left));
        }
    }

    /// <summary>Keeps the <paramref name="rank"/> largest singular triples: b = u s, a = v.</summary>
    public void Truncate(int rank)
    {
        Orthogonalise([.. _terms.Select(term => (term.A, term.B))]);
        foreach (var (a, b) in _terms) Normalise(a, b);
        Orthogonalise([.. _terms.Select(term => (term.B, term.A))]);
        _terms = [.. _terms.OrderByDescending(term => Dot(term.B, term.B)).Take(rank)];
    }

    /// <summary>[rank, inputs]</summary>
    public float[] A() => [.. _terms.SelectMany(term => term.A).Select(value => (float)value)];

    /// <summary>[outputs, rank]</summary>
    public float[] B() => [.. Enumerable.Range(0, outputs).SelectMany(o => _terms.Select(term => (float)term.B[o]))];

    /// <summary>Rotates pairs until all first vectors are orthogonal; the second ones turn with them.</summary>
    private static void Orthogonalise((double[] Own, double[] Companion)[] pairs)
    {
        for (int sweep = 0, turned = 1; turned > 0 && sweep < MaxSweeps; sweep++)
        {
            turned = 0;
            for (int p = 0; p < pairs.Length; p++)
                for (int q = p + 1; q < pairs.Length; q++)
                    if (Turn(pairs[p], pairs[q])) turned++;
        }
    }

    private static bool Turn((double[] Own, double[] Companion) p, (double[] Own, double[] Companion) q)
    {
        double pp = Dot(p.Own, p.Own), qq = Dot(q.Own, q.Own), pq = Dot(p.Own, q.Own);
        if (Math.Abs(pq) <= Orthogonal * Math.Sqrt(pp * qq)) return false;
        double ratio = (qq - pp) / (2 * pq);
        double tangent = (ratio < 0 ? -1 : 1) / (Math.Abs(ratio) + Math.Sqrt(1 + ratio * ratio));
        double cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        Rotate(p.Own, q.Own, cosine, cosine * tangent);
        Rotate(p.Companion, q.Companion, cosine, cosine * tangent);
        return true;
    }

    private static void Rotate(double[] p, double[] q, double cosine, double sine)
    {
        for (int i = 0; i < p.Length; i++) (p[i], q[i]) = (cosine * p[i] - sine * q[i], sine * p[i] + cosine * q[i]);
    }

    /// <summary>Moves the length of a to b. A term whose a is zero adds nothing: its b becomes zero too.</summary>
    private static void Normalise(double[] a, double[] b)
    {
        double length = Math.Sqrt(Dot(a, a));
        for (int i = 0; i < a.Length; i++) a[i] = length == 0 ? 0 : a[i] / length;
        for (int i = 0; i < b.Length; i++) b[i] *= length;
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
