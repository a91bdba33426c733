// The oracle of gather_rows.
namespace FastTune.Kernels.Ops.GatherRows;

public static class GatherRowsReference
{
    public static double[] Gather(double[] x, double[] rows, int h)
    {
        var y = new double[rows.Length * h];
        for (int i = 0; i < rows.Length; i++) Array.Copy(x, (int)rows[i] * h, y, i * h, h);
        return y;
    }

    public static double[] Scatter(double[] dy, double[] rows, int t, int h)
    {
        var dx = new double[t * h];
        for (int i = 0; i < rows.Length; i++) Array.Copy(dy, i * h, dx, (int)rows[i] * h, h);
        return dx;
    }
}
