// The largest magnitude of a run of fp32 values: what a quantisation block is scaled by.
namespace FastTune.Kernels.Devices.Cpu.Loops;

internal static unsafe class BlockMaximum
{
    /// <summary>max |x|, 0 of nothing; NaN if any value is NaN.</summary>
    public static float Of<TL>(float* values, int count) where TL : struct, ILanes<TL>
    {
        TL largest = TL.Fill(0);
        int i = 0;
        for (; i + ILanes<TL>.Count <= count; i += ILanes<TL>.Count) largest = TL.Max(largest, TL.Abs(TL.Load(values + i)));
        if (i < count) largest = TL.Max(largest, TL.Abs(Tail.Load<TL, ElementF32>((byte*)values, i, count - i)));
        return TL.MaxOf(largest);
    }
}
