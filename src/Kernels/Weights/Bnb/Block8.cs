// One block of 8-bit codes, to fp32 and back: what blockwise tensors and optimizer states are made of.
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Weights.Bnb;

internal static unsafe class Block8
{
    /// <summary>values[i] = table[codes[i]] * scale.</summary>
    public static void Decode(byte* codes, int count, float scale, float* table, float* values)
    {
        for (int i = 0; i < count; i++) values[i] = table[codes[i]] * scale;
    }

    /// <summary>The codes of a block; returns its largest magnitude. A block of zeros gets the code of 0.</summary>
    public static float Encode<TL>(float* values, int count, CodeTable table, byte* codes) where TL : struct, ILanes<TL>
    {
        float largest = BlockMaximum.Of<TL>(values, count), factor = 1 / largest;
        for (int i = 0; i < count; i++) codes[i] = table.Encode(values[i] * factor);
        return largest;
    }
}
