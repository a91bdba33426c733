// Part of a stored row as fp32, with zeros up to a whole number of lanes.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Elements
{
    const int Lanes = 16;

    /// <summary>Elements [k, k + count) of a row of a dense matrix, F32, BF16 or F16.</summary>
    public static void Widen(in MatrixOperand matrix, long row, int k, int count, float* to)
    {
        long at = row * matrix.RowPitch + k;
        if (matrix.Type == DType.F32) new Span<float>((float*)matrix.Data + at, count).CopyTo(new Span<float>(to, count));
        else if (matrix.Type == DType.BF16) Weights.Gguf.BF16.Widen(new ReadOnlySpan<ushort>((ushort*)matrix.Data + at, count), new Span<float>(to, count));
        else Weights.Gguf.F16.Widen(new ReadOnlySpan<ushort>((ushort*)matrix.Data + at, count), new Span<float>(to, count));
        Clear(to, count);
    }

    /// <summary>Zeros from <paramref name="count"/> to the next whole number of lanes.</summary>
    public static void Clear(float* to, int count)
    {
        for (; count % Lanes != 0; count++) to[count] = 0;
    }
}
