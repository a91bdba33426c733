// The shapes, masks and types that raw attention is held to.
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Attention;

/// <summary>One call. Queries and Keys: tokens of each sequence.</summary>
public sealed record RawAttentionCase(
    int[] Queries, int[] Keys, int Heads, int KvHeads, int Dim, bool Causal = true, int Window = 0, float Softcap = 0, bool Sinks = false,
    DType Type = DType.F32, int Pad = 0)
{
    public static IEnumerable<RawAttentionCase> All()
    {
        foreach (int t in new[] { 1, 2, 63, 64, 65, 127, 129 }) yield return new([t], [t], 3, 1, 16);
        foreach (int dim in new[] { 5, 64, 80, 96, 112, 128, 192, 256 }) yield return new([50], [50], 2, 1, dim, Pad: 8);
        foreach (int group in new[] { 1, 3, 4, 6, 8, 5 }) yield return new([70], [70], 2 * group, 2, 24);
        yield return new([5, 0, 64, 1], [5, 0, 64, 1], 4, 2, 32);
        yield return new([0], [0], 2, 1, 16);
        yield return new([3, 4], [0, 7], 2, 1, 16);                                // a sequence without keys: O is 0
        yield return new([40], [200], 3, 1, 32);                                   // Tq < Tk
        yield return new([200], [40], 3, 1, 32);                                   // Tq > Tk: the first queries see nothing
        yield return new([1, 1], [300, 77], 6, 2, 64);                             // decode
        yield return new([130], [250], 2, 2, 16, Causal: false);
        yield return new([130], [130], 3, 1, 16, Window: 1);
        yield return new([230], [230], 3, 1, 16, Window: 100);
        yield return new([130], [150], 2, 1, 16, Causal: false, Window: 33);
        yield return new([100], [100], 2, 1, 16, Window: 1000);
        yield return new([150], [150], 4, 2, 32, Softcap: 5, Sinks: true, Window: 60);
        yield return new([60, 90], [60, 100], 4, 2, 32, Sinks: true, Type: DType.BF16);
        yield return new([1000], [1000], 3, 1, 16, Type: DType.BF16, Pad: 3);      // several ranges of keys in backward
    }
}
