// The oracle of the MLP block, in double, from the oracles of its parts.
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.LoraQkv;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraMlp;

/// <summary>Numbers of the three linears, and the type in which e, g and hh are stored.</summary>
internal sealed record MlpNumbers(LinearNumbers Gate, LinearNumbers Up, LinearNumbers Down, GateFunction Function, DType Type);

internal static class LoraMlpReference
{
    /// <summary>y of x and its normalised rows n.</summary>
    public static double[] Forward(double[] x, double[] n, int t, MlpNumbers mlp)
    {
        var (_, _, h) = Inner(n, t, mlp);
        return [.. LoraLinearReference.Forward(h, t, mlp.Down).Zip(x, (down, residual) => down + residual)];
    }

    /// <summary>dn, and the gradients of gate, up and down.</summary>
    public static (double[] DN, LinearGradients[] Linears) Backward(double[] dy, double[] n, int t, MlpNumbers mlp)
    {
        var (e, g, h) = Inner(n, t, mlp);
        LinearGradients down = LoraLinearReference.Backward(dy, h, t, mlp.Down);
        double[] de = new double[e.Length], dg = new double[e.Length];
        for (int i = 0; i < e.Length; i++) (de[i], dg[i]) = GluReference.Backward(e[i], g[i], down.DX[i], mlp.Function);
        var (dn, inner) = LoraQkvReference.Backward([de, dg], n, t, [mlp.Gate, mlp.Up]);
        return (dn, [.. inner, down]);
    }

    private static (double[] E, double[] G, double[] H) Inner(double[] n, int t, MlpNumbers mlp)
    {
        double[] e = Stored(LoraLinearReference.Forward(n, t, mlp.Gate), mlp), g = Stored(LoraLinearReference.Forward(n, t, mlp.Up), mlp);
        return (e, g, Stored([.. e.Zip(g, (gate, up) => GluReference.Forward(gate, up, mlp.Function))], mlp));
    }

    private static double[] Stored(double[] values, MlpNumbers mlp) => Array.ConvertAll(values, value => CaseRounding.Round(value, mlp.Type));
}
