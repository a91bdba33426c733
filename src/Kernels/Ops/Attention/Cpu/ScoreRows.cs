// What happens to one row of scores: the running softmax of the forward pass, probabilities and their gradients of the backward pass.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>Rows of up to 96 scores, of which [first, end) are seen; the others may hold anything.</summary>
static unsafe class ScoreRows<T> where T : struct, ILanes<T>
{
    /// <summary>
    /// Turns the seen scores into weights exp(s - max) for the new running maximum, and rescales what was summed under the old one:
    /// <paramref name="sum"/> and the row <paramref name="o"/> of <paramref name="dim"/> elements.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Advance(float* s, int first, int end, float softcap, ref float max, ref float sum, float* o, int dim)
    {
        float* start = s + (first & ~15), stop = s + end;
        if (softcap != 0) Cap(start, stop, softcap);
        Fill(s, first & ~15, first, float.NegativeInfinity); // weight 0: the loops need no masks, whose cold paths spilled their registers
        Fill(s, end, (end + 15) & ~15, float.NegativeInfinity);
        T best = T.Fill(float.NegativeInfinity);
        for (float* x = start; x < stop; x += 16) best = T.MaxOrSecond(T.Load(x), best);
        float now = MathF.Max(max, T.MaxOf(best));
        T basis = T.Fill(float.IsNegativeInfinity(now) ? 0 : now), total = T.Fill(0);
        for (float* x = start; x < stop; x += 16)
        {
            T weight = VectorMath.ExpOfWeights(T.Load(x) - basis);
            T.Store(weight, x);
            total += weight;
        }
        if (now != max) Rescale(max - now, ref sum, o, dim);
        max = now;
        sum += T.Sum(total);
    }

    /// <summary>
    /// Backward: <paramref name="s"/> becomes P = exp(s - lse) and <paramref name="dp"/> becomes dS = P (dP - delta) scale (cap'),
    /// over all <paramref name="width"/> columns (a multiple of 16), zero where the key is not seen.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* s, float* dp, int first, int end, int width, float softcap, float scale, float lse, float delta)
    {
        first = Math.Clamp(first, 0, width); // a row that does not reach this tile
        end = Math.Clamp(end, first, width);
        if (softcap != 0) Bend(s, dp, width, softcap, delta);
        T basis = T.Fill(lse), mean = T.Fill(softcap != 0 ? 0 : delta), factor = T.Fill(scale);
        for (int c = first & ~15; c < end; c += 16)
        {
            T p = VectorMath.ExpOfWeights(T.Load(s + c) - basis);
            T.Store(p, s + c);
            T.Store(p * (T.Load(dp + c) - mean) * factor, dp + c);
        }
        Fill(s, 0, first, 0);
        Fill(dp, 0, first, 0);
        Fill(s, end, width, 0);
        Fill(dp, end, width, 0);
    }

    /// <summary>e^x with the bits that the lanes give.</summary>
    public static float Exp(float x) => T.MaxOf(VectorMath.Exp(T.Fill(x)));

    static void Rescale(float change, ref float sum, float* o, int dim)
    {
        float scale = Exp(change);
        sum *= scale;
        for (int c = 0; c < dim; c++) o[c] *= scale;
    }

    static void Cap(float* start, float* stop, float softcap)
    {
        for (float* x = start; x < stop; x += 16) T.Store(VectorMath.Tanh(T.Load(x) / T.Fill(softcap)) * T.Fill(softcap), x);
    }

    // s is capped; dp becomes (dp - delta) times the cap's slope.
    static void Bend(float* s, float* dp, int width, float softcap, float delta)
    {
        for (int c = 0; c < width; c += 16)
        {
            T bent = VectorMath.Tanh(T.Load(s + c) / T.Fill(softcap));
            T.Store(bent * T.Fill(softcap), s + c);
            T.Store((T.Load(dp + c) - T.Fill(delta)) * (T.Fill(1) - bent * bent), dp + c);
        }
    }

    static void Fill(float* row, int from, int to, float value)
    {
        if (to > from) new Span<float>(row + from, to - from).Fill(value);
    }
}
