// What happens to a tile of C before its first sum (beta, bias) and after its last (rounding to 16 bits).
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Epilogue
{
    /// <summary>
    /// Puts beta * C + bias into the fp32 tile at <paramref name="c"/> (C itself, or scratch); false if there is nothing to add to,
    /// so that the first sum overwrites. fp32 with beta 1 and no bias is left as it is.
    /// </summary>
    public static bool Prefill(in MatmulArgs args, int row, int rows, int column, int columns, float* c, long pitch)
    {
        if (args.Beta == 0 && args.Bias == null) return false;
        if (args.Beta == 1 && args.Bias == null && args.CType == DType.F32) return true;
        for (int i = 0; i < rows; i++)
        {
            float* line = c + i * pitch;
            for (int j = 0; j < columns; j++)
            {
                float before = args.Beta == 0 ? 0 : args.Beta * Read(args, row + i, column + j);
                line[j] = args.Bias == null ? before : before + args.Bias[column + j];
            }
        }
        return true;
    }

    /// <summary>The sum over nothing.</summary>
    public static void Clear(int rows, int columns, float* c, long pitch)
    {
        for (int i = 0; i < rows; i++) new Span<float>(c + i * pitch, columns).Clear();
    }

    /// <summary>Stores the scratch tile (row pitch <paramref name="columns"/>) to C in bf16.</summary>
    public static void Round(in MatmulArgs args, int row, int rows, int column, int columns, float* scratch)
    {
        for (int i = 0; i < rows; i++)
            RoundRow(scratch + (long)i * columns, columns, (ushort*)args.C + (row + i) * args.CPitch + column);
    }

    static void RoundRow(float* source, int count, ushort* destination)
    {
        int j = 0;
        for (; j + 16 <= count; j += 16) Lanes256.StoreBF16(Lanes256.Load(source + j), destination + j);
        if (j == count) return;
        float* last = stackalloc float[16];
        ushort* rounded = stackalloc ushort[16];
        new Span<float>(last, 16).Clear();
        new Span<float>(source + j, count - j).CopyTo(new Span<float>(last, 16));
        Lanes256.StoreBF16(Lanes256.Load(last), rounded);
        new Span<ushort>(rounded, count - j).CopyTo(new Span<ushort>(destination + j, count - j));
    }

    static float Read(in MatmulArgs args, long row, int column) => args.CType == DType.F32
        ? ((float*)args.C)[row * args.CPitch + column]
        : PackBF16.Load(args.C, row * args.CPitch + column);
}
