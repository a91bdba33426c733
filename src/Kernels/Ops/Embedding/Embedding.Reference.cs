// The oracle of embedding: look up, and add back in the order of the tokens.
namespace FastTune.Kernels.Ops.Embedding;

public static class EmbeddingReference
{
    public static double[] Forward(double[] ids, double[] table, int h, double scale)
    {
        var y = new double[ids.Length * h];
        for (int i = 0; i < y.Length; i++) y[i] = scale * table[(int)ids[i / h] * h + i % h];
        return y;
    }

    public static double[] Backward(double[] ids, double[] dy, int vocabulary, int h, double scale)
    {
        var dTable = new double[vocabulary * h];
        for (int i = 0; i < dy.Length; i++) dTable[(int)ids[i / h] * h + i % h] += scale * dy[i];
        return dTable;
    }
}
