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
    /// <paramref name="sum"/> and the row <paramref name="o"/> of <paramref name="dim"/> elements (a multiple of 8).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Advance(float* s, int first, int end, float softcap, ref float max, ref float sum, float* o, int dim)
    {
        T best = T.Fill(float.NegativeInfinity);
        for (int c = first & ~15; c < end; c += 16)
        {
            T x = T.Load(s + c);
            if (softcap != 0)
            {
                x = VectorMath.Tanh(x / T.Fill(softcap)) * T.Fill(softcap);
                T.Store(x, s + c);
            }
            if (c < first || c + 16 > end) x = T.Select(Seen(c, first, end), x, T.Fill(float.NegativeInfinity));
            best = T.MaxOrSecond(x, best);
        }
        float now = MathF.Max(max, T.MaxOf(best));
        T basis = T.Fill(float.IsNegativeInfinity(now) ? 0 : now), total = T.Fill(0);
        for (int c = first & ~15; c < end; c += 16)
        {
            T weight = VectorMath.Exp(T.Load(s + c) - basis);
            if (c < first || c + 16 > end) weight = T.Select(Seen(c, first, end), weight, T.Fill(0));
            T.Store(weight, s + c);
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
        T zero = T.Fill(0), basis = T.Fill(lse), mean = T.Fill(delta), factor = T.Fill(scale);
        for (int c = 0; c < width; c += 16)
        {
            if (c + 16 <= first || c >= end)
            {
                T.Store(zero, s + c);
                T.Store(zero, dp + c);
                continue;
            }
            T x = T.Load(s + c), slope = factor;
            if (softcap != 0)
            {
                T bent = VectorMath.Tanh(x / T.Fill(softcap));
                x = bent * T.Fill(softcap);
                slope = factor * (T.Fill(1) - bent * bent);
            }
            T p = VectorMath.Exp(x - basis), ds = p * (T.Load(dp + c) - mean) * slope;
            if (c < first || c + 16 > end)
            {
                T seen = Seen(c, first, end);
                p = T.Select(seen, p, zero);
                ds = T.Select(seen, ds, zero);
            }
            T.Store(p, s + c);
            T.Store(ds, dp + c);
        }
    }

    /// <summary>e^x with the bits that the lanes give.</summary>
    public static float Exp(float x) => T.MaxOf(VectorMath.Exp(T.Fill(x)));

    static void Rescale(float change, ref float sum, float* o, int dim)
    {
        float scale = Exp(change);
        sum *= scale;
        for (int c = 0; c < dim; c++) o[c] *= scale;
    }

    // Masks compare column numbers, so a lane past the row's end is simply not seen.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Seen(int column, int first, int end)
    {
        T index = T.Fill(column) + T.Load(Columns);
        return T.And(T.Greater(T.Fill(end), index), T.Greater(index, T.Fill(first - 1)));
    }

    static readonly float* Columns = MakeColumns();

    static float* MakeColumns()
    {
        float* columns = (float*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(64, 64);
        for (int lane = 0; lane < 16; lane++) columns[lane] = lane;
        return columns;
    }
}
