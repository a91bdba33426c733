// Packs bf16 operands as pairs along k, one 32-bit word each: [step][rows], what VDPBF16PS multiplies two at a time.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class PairPacking
{
    /// <summary>
    /// Packs rows [row, row + rows), steps [step, step + steps) of two elements each, as slivers of <paramref name="width"/> rows
    /// (a multiple of 8). A last step with one element has a zero beside it. Lanes past the last row hold anything.
    /// A stored form is decoded and rounded to bf16, tile by tile.
    /// </summary>
    public static void Block(in PackSource source, long row, int rows, int step, int steps, int width, uint* destination, float* decoded)
    {
        for (int done = 0; done < rows; done += Packing.DecodeSlivers * width, destination += (long)Packing.DecodeSlivers * width * steps)
        {
            int part = Math.Min(rows - done, Packing.DecodeSlivers * width);
            if (source.Stored is null) Slivers(source, row + done, part, step, steps, width, destination);
            else Slivers(Decode(source, row + done, part, step, steps, decoded), 0, part, 0, steps, width, destination);
        }
    }

    // The tile's own extents: [rows][k] or [k][rows], halved in place by rounding (a bf16 is written where nothing unread lies).
    static PackSource Decode(in PackSource source, long row, int rows, int step, int steps, float* decoded)
    {
        int k = 2 * step, depth = Math.Min(2 * steps, (int)source.Depth - k);
        int pitch = source.AlongK ? depth : rows;
        if (source.AlongK) source.Stored!.Decode(row, rows, k, depth, decoded, pitch);
        else source.Stored!.Decode(k, depth, row, rows, decoded, pitch);
        Round(decoded, (long)rows * depth);
        return new PackSource { Data = decoded, Type = DType.BF16, Pitch = pitch, Extent = rows, Depth = depth, AlongK = source.AlongK };
    }

    static void Round(float* values, long count)
    {
        ushort* rounded = (ushort*)values;
        long i = 0;
        for (; i + 16 <= count; i += 16) Lanes256.StoreBF16(Lanes256.Load(values + i), rounded + i);
        for (; i < count; i++) rounded[i] = BFloat16Bits.Round(values[i]);
    }

    static void Slivers(in PackSource source, long row, int rows, int step, int steps, int width, uint* destination)
    {
        if (!source.AlongK)
        {
            Interleave(source, row, rows, step, steps, width, destination);
            return;
        }
        for (int done = 0; done < rows; done += width, destination += (long)width * steps)
        {
            int valid = Math.Min(rows - done, width);
            for (int group = 0; group < width; group += 8)
                Transpose(source, row + done + Math.Min(group, valid - 1), Math.Clamp(valid - group, 1, 8), step, steps, width, destination + group);
        }
    }

    // Two stored rows, k and k + 1, become the halves of one row of words.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Interleave(in PackSource source, long row, int rows, int step, int steps, int width, uint* destination)
    {
        for (int s = 0; s < steps; s++)
        {
            long k = 2L * (step + s);
            ushort* low = (ushort*)source.Data + k * source.Pitch + row;
            ushort* high = k + 1 < source.Depth ? low + source.Pitch : null;
            for (int done = 0; done < rows; done += width)
            {
                uint* to = destination + (long)done * steps + (long)s * width;
                int valid = Math.Min(rows - done, width), lane = 0;
                for (; lane + 8 <= valid; lane += 8)
                    (PackBF16.Widen8(low, done + lane) | (high == null ? default : PackBF16.Widen8(high, done + lane) << 16)).Store(to + lane);
                for (; lane < valid; lane++) to[lane] = low[done + lane] | (high == null ? 0u : (uint)high[done + lane] << 16);
            }
        }
    }

    // Neighbours in memory are the halves of a word already: words are turned as floats are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose(in PackSource source, long row, int valid, int step, int steps, int width, uint* destination)
    {
        long pitch = source.Pitch * sizeof(ushort);
        byte* p0 = (byte*)source.Data + row * pitch + step * (long)sizeof(uint);
        byte* p1 = p0 + Math.Min(1, valid - 1) * pitch, p2 = p0 + Math.Min(2, valid - 1) * pitch, p3 = p0 + Math.Min(3, valid - 1) * pitch;
        byte* p4 = p0 + Math.Min(4, valid - 1) * pitch, p5 = p0 + Math.Min(5, valid - 1) * pitch;
        byte* p6 = p0 + Math.Min(6, valid - 1) * pitch, p7 = p0 + Math.Min(7, valid - 1) * pitch;
        int whole = (int)Math.Min(steps, source.Depth / 2 - step), s = 0;
        for (; s + 8 <= whole; s += 8, destination += 8L * width)
            Transpose8x8.Store(
                PackF32.Load8(p0, s), PackF32.Load8(p1, s), PackF32.Load8(p2, s), PackF32.Load8(p3, s),
                PackF32.Load8(p4, s), PackF32.Load8(p5, s), PackF32.Load8(p6, s), PackF32.Load8(p7, s), (float*)destination, width);
        for (; s < whole; s++, destination += width)
            Vector256.Create(Word(p0, s), Word(p1, s), Word(p2, s), Word(p3, s), Word(p4, s), Word(p5, s), Word(p6, s), Word(p7, s)).Store(destination);
        if (s < steps)
            Vector256.Create(Half(p0, s), Half(p1, s), Half(p2, s), Half(p3, s), Half(p4, s), Half(p5, s), Half(p6, s), Half(p7, s)).Store(destination);
    }

    static uint Word(byte* row, int step) => ((uint*)row)[step];

    static uint Half(byte* row, int step) => *(ushort*)(row + step * (long)sizeof(uint));
}
