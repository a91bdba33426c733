// Operands of one causal sequence, forward and backward, in native memory: what both benches of attention run.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench;

/// <summary>Q, O, dO, dQ [T, heads x d], K, V, dK, dV [T, kv heads x d] of small random numbers; lse [heads, T].</summary>
internal sealed unsafe class AttentionProblem : IDisposable
{
    private readonly byte* _memory;
    private readonly float* _lse;
    private readonly int* _starts;
    private byte* _next;

    public AttentionProblem(DType type, int heads, int kvHeads, int dim, int tokens)
    {
        long wide = (long)heads * dim, narrow = (long)kvHeads * dim, elements = tokens * 4 * (wide + narrow);
        _memory = _next = (byte*)LargePages.Allocate(elements * type.Size());
        _lse = (float*)LargePages.Allocate(4L * heads * tokens);
        _starts = (int*)NativeMemory.Alloc(2 * sizeof(int));
        (_starts[0], _starts[1]) = (0, tokens);
        Fill(elements, type);
        Forward = new AttentionArgs
        {
            Q = Take(tokens * wide, type),
            O = Take(tokens * wide, type),
            K = Take(tokens * narrow, type),
            V = Take(tokens * narrow, type),
            Type = type,
            QPitch = wide,
            OPitch = wide,
            KPitch = narrow,
            VPitch = narrow,
            Lse = _lse,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = dim,
            QueryStarts = _starts,
            KeyStarts = _starts,
            Sequences = 1,
            Scale = 1 / MathF.Sqrt(dim),
            Causal = true,
        };
        Backward = new AttentionGradArgs
        {
            Forward = Forward,
            DO = Take(tokens * wide, type),
            DQ = Take(tokens * wide, type),
            DK = Take(tokens * narrow, type),
            DV = Take(tokens * narrow, type),
            DOPitch = wide,
            DQPitch = wide,
            DKPitch = narrow,
            DVPitch = narrow,
        };
    }

    public AttentionArgs Forward { get; }

    public AttentionGradArgs Backward { get; }

    private void* Take(long elements, DType type)
    {
        byte* taken = _next;
        _next += elements * type.Size();
        return taken;
    }

    private void Fill(long elements, DType type)
    {
        var random = new Random(1);
        for (long i = 0; i < elements; i++)
        {
            float value = random.NextSingle() - 0.5f;
            if (type == DType.F32) ((float*)_memory)[i] = value;
            else ((ushort*)_memory)[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_lse);
        NativeMemory.Free(_starts);
    }
}
