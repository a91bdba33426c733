// The oracle of dropout: Philox4x32-10 (Salmon et al. 2011) for one group of four columns, and the decision for one element.
namespace FastTune.Kernels.Ops.Dropout;

public static class DropoutReference
{
    /// <summary>Four random words for counter (site, row, column / 4) and key = seed.</summary>
    public static (uint, uint, uint, uint) Philox(ulong seed, uint site, ulong row, uint group)
    {
        uint c0 = group, c1 = (uint)row, c2 = (uint)(row >> 32), c3 = site, k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>True when a word keeps its element: words below p 2^32 drop it.</summary>
    public static bool Keeps(uint word, float probability) => word >= (ulong)((double)probability * 4294967296.0);

    public static double[] Mask(double[] x, int columns, in DropoutKey key)
    {
        var y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            var (a, b, c, d) = Philox(key.Seed, key.Site, (ulong)(key.FirstRow + i / columns), (uint)(i % columns / 4));
            uint word = (i % columns % 4) switch { 0 => a, 1 => b, 2 => c, _ => d };
            y[i] = Keeps(word, key.Probability) ? x[i] / (1 - key.Probability) : 0;
        }
        return y;
    }
}
