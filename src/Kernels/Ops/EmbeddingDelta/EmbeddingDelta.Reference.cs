// The oracle of embedding_delta: the same update as lora_delta on one-hot rows.
using FastTune.Kernels.Ops.LoraDelta;

namespace FastTune.Kernels.Ops.EmbeddingDelta;

public static class EmbeddingDeltaReference
{
    /// <summary>Rows of the identity for the ids: [T,V].</summary>
    public static double[] OneHot(double[] ids, int vocabulary)
    {
        var rows = new double[ids.Length * vocabulary];
        for (int i = 0; i < ids.Length; i++) rows[i * vocabulary + (int)ids[i]] = 1;
        return rows;
    }

    public static double[] Forward(double[] y, double[] ids, double[] a, double[] b, int h, int v, int r, double scale) =>
        LoraDeltaReference.Forward(y, OneHot(ids, v), a, b, ids.Length, h, v, r, scale);

    public static (double[] DA, double[] DB) Backward(double[] dy, double[] ids, double[] a, double[] b, int h, int v, int r, double scale)
    {
        var (_, dA, dB) = LoraDeltaReference.Backward(dy, OneHot(ids, v), a, b, ids.Length, h, v, r, scale);
        return (dA, dB);
    }
}
