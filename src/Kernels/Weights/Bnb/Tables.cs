// The values behind the codes: NF4, FP4 and the dynamic 8-bit maps, made as bitsandbytes makes them.
namespace FastTune.Kernels.Weights.Bnb;

internal static class Tables
{
    /// <summary>QLoRA (arXiv 2305.14314), appendix E.</summary>
    public static readonly float[] Nf4 =
    [
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f,
        -0.09105003625154495f, 0, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
        0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1,
    ];

    /// <summary>Index = bit pattern: sign, two exponent bits, one mantissa bit.</summary>
    public static readonly float[] Fp4 =
    [
        0, 0.0052083334885537624f, 0.6666666865348816f, 1, 0.3333333432674408f, 0.5f, 0.1666666716337204f, 0.25f,
        0, -0.0052083334885537624f, -0.6666666865348816f, -1, -0.3333333432674408f, -0.5f, -0.1666666716337204f, -0.25f,
    ];

    /// <summary>Seven decades; each has twice as many values as the one below, at the middles of equal steps from a tenth to the whole.</summary>
    public static float[] Dynamic(bool signed)
    {
        const int decades = 7;
        var values = new List<float> { 0, 1 };
        for (int decade = 0; decade < decades; decade++)
        {
            int steps = 1 << (signed ? decade : decade + 1);
            float scale = (float)Math.Pow(10, decade - (decades - 1));
            for (int i = 0; i < steps; i++)
            {
                float middle = scale * ((Boundary(i, steps) + Boundary(i + 1, steps)) / 2);
                values.Add(middle);
                if (signed) values.Add(-middle);
            }
        }
        return [.. values.Order()];
    }

    // torch.linspace(0.1, 1, steps + 1) in fp32, fused: the lower half from the start, the upper from the end.
    private static float Boundary(int i, int steps)
    {
        const float start = 0.1f, end = 1;
        float step = (end - start) / steps;
        return i < (steps + 1) / 2 ? MathF.FusedMultiplyAdd(step, i, start) : MathF.FusedMultiplyAdd(-step, steps - i, end);
    }
}
