// The oracle of rope: one pair after the other.
namespace FastTune.Kernels.Ops.Rope;

public static class RopeReference
{
    /// <summary>x [T, heads x d] turned by the table [T, rot/2]; direction -1 turns back (the gradient).</summary>
    public static double[] Rotate(double[] x, double[] cos, double[] sin, int t, int headSize, RopePairs pairs, double direction)
    {
        double[] y = [.. x];
        if (t == 0) return y;
        int half = cos.Length / t, columns = x.Length / t;
        for (int row = 0; row < t; row++)
            for (int head = 0; head < columns; head += headSize)
                for (int i = 0; i < half; i++)
                {
                    int first = row * columns + head + (pairs == RopePairs.Halves ? i : 2 * i);
                    int second = first + (pairs == RopePairs.Halves ? half : 1);
                    double c = cos[row * half + i], s = direction * sin[row * half + i];
                    y[first] = x[first] * c - x[second] * s;
                    y[second] = x[second] * c + x[first] * s;
                }
        return y;
    }
}
