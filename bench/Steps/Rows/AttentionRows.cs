// attention: causal forward and backward of one sequence against libtorch's scaled_dot_product_attention; memory must grow with T, not T^2.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Steps.Rows;

internal static unsafe class AttentionRows
{
    private static readonly (int Heads, int KvHeads, int Dim)[] Shapes = [(9, 3, 64), (8, 2, 128)];
    private static readonly int[] Tokens = [2048, 4096, 8192, 16384];

    public static int Run(BenchOptions options)
    {
        if (options.Peer is null) return Ours(options);
        var rows = RowPairs.Compare(options, () => Child.Start("attention"), () => Child.Peer("attention"));
        Console.WriteLine($"ratio attention {RowPairs.GeometricMean(rows.Select(row => row.Ratio)):F3} worst {rows.Min(row => row.Ratio):F3}");
        return 0;
    }

    private static int Ours(BenchOptions options)
    {
        DType type = Isa.HasAvx512Bf16 ? DType.BF16 : DType.F32;
        foreach (int tokens in Tokens)
            foreach (var (heads, kvHeads, dim) in Shapes) Both(type, heads, kvHeads, dim, tokens);
        return 0;
    }

    private static void Both(DType type, int heads, int kvHeads, int dim, int tokens)
    {
        long wide = (long)heads * dim, narrow = (long)kvHeads * dim, elements = tokens * 4 * (wide + narrow);
        byte* memory = (byte*)LargePages.Allocate(elements * type.Size()), next = memory;
        float* lse = (float*)LargePages.Allocate(4L * heads * tokens);
        Fill(memory, elements, type);
        byte* Take(long width)
        {
            byte* taken = next;
            next += tokens * width * type.Size();
            return taken;
        }
        int* starts = stackalloc int[2] { 0, tokens };
        var forward = new AttentionArgs
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
        var backward = new AttentionGradArgs
        {
            Forward = forward,
            DO = Take(wide),
            DQ = Take(wide),
            DK = Take(narrow),
            DV = Take(narrow),
            DOPitch = wide,
            DQPitch = wide,
            DKPitch = narrow,
            DVPitch = narrow,
        };
        OpRow.Measure($"heads {heads}/{kvHeads} of {dim} T={tokens}", 1, () =>
        {
            CpuAttention.Forward(CpuPool.Shared, forward);
            CpuAttention.Backward(CpuPool.Shared, backward);
        });
        NativeMemory.AlignedFree(memory);
        NativeMemory.AlignedFree(lse);
    }

    private static void Fill(byte* memory, long elements, DType type)
    {
        var random = new Random(1);
        for (long i = 0; i < elements; i++)
        {
            float value = random.NextSingle() - 0.5f;
            if (type == DType.F32) ((float*)memory)[i] = value;
            else ((ushort*)memory)[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
    }
}
