// Attention's rows: causal forward and backward of one sequence, counted as the 2 and 5 products of the visible half.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Ops;

static unsafe class AttentionBench
{
    static readonly (int Heads, int KvHeads, int Dim, int Tokens)[] Shapes =
        [(9, 3, 64, 512), (9, 3, 64, 2048), (9, 3, 64, 4096), (8, 2, 128, 2048), (8, 2, 128, 4096)];

    public static void Run(CpuPool pool, string part)
    {
        foreach (var type in new[] { DType.F32, DType.BF16 })
            foreach (var (heads, kvHeads, dim, tokens) in Shapes)
            {
                string title = $"{type} heads {heads}/{kvHeads} of {dim} T={tokens}";
                if (title.Contains(part, StringComparison.Ordinal)) One(pool, title, type, heads, kvHeads, dim, tokens);
            }
    }

    static void One(CpuPool pool, string title, DType type, int heads, int kvHeads, int dim, int tokens)
    {
        long wide = (long)heads * dim, narrow = (long)kvHeads * dim, size = type.Size();
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(tokens * size * 4 * (wide + narrow)), 64);
        float* lse = (float*)NativeMemory.AlignedAlloc((nuint)(4L * heads * tokens), 64);
        var random = new Random(1);
        for (long i = 0; i < tokens * 4 * (wide + narrow); i++)
        {
            float value = random.NextSingle() - 0.5f;
            if (type == DType.F32) ((float*)memory)[i] = value;
            else ((ushort*)memory)[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
        byte* Take(long width)
        {
            byte* taken = memory;
            memory += tokens * size * width;
            return taken;
        }
        byte* start = memory;
        int* starts = stackalloc int[2] { 0, tokens };
        var args = new AttentionArgs
        {
            Q = Take(wide),
            O = Take(wide),
            K = Take(narrow),
            V = Take(narrow),
            Type = type,
            QPitch = wide,
            OPitch = wide,
            KPitch = narrow,
            VPitch = narrow,
            Lse = lse,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = dim,
            QueryStarts = starts,
            KeyStarts = starts,
            Sequences = 1,
            Scale = 1 / MathF.Sqrt(dim),
            Causal = true,
        };
        var grad = new AttentionGradArgs
        {
            Forward = args,
            DO = Take(wide),
            DQ = Take(wide),
            DK = Take(narrow),
            DV = Take(narrow),
            DOPitch = wide,
            DQPitch = wide,
            DKPitch = narrow,
            DVPitch = narrow,
        };
        double product = (double)tokens * tokens * wide;
        Timing.Row(pool, title + " forward", 2 * product, () => CpuAttention.Forward(pool, args));
        Timing.Row(pool, title + " backward", 5 * product, () => CpuAttention.Backward(pool, grad));
        Timing.Row(pool, title + " both", 7 * product, () =>
        {
            CpuAttention.Forward(pool, args);
            CpuAttention.Backward(pool, grad);
        });
        NativeMemory.AlignedFree(start);
        NativeMemory.AlignedFree(lse);
    }
}
