// The oracle of matmul: three loops.
namespace FastTune.Kernels.Ops.Matmul;

public static class MatmulReference
{
    /// <summary>C[M,N] = A[M,K] B[K,N] in double; a flag says that an operand is given transposed.</summary>
    public static double[] Multiply(double[] a, double[] b, int m, int n, int k, bool transposeA = false, bool transposeB = false)
    {
        var c = new double[m * n];
        for (int row = 0; row < m; row++)
            for (int column = 0; column < n; column++)
            {
                double sum = 0;
                for (int i = 0; i < k; i++)
                    sum += a[transposeA ? i * m + row : row * k + i] * b[transposeB ? column * k + i : i * n + column];
                c[row * n + column] = sum;
            }
        return c;
    }
}
