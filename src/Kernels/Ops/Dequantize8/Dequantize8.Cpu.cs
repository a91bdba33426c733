// dequantize8 on the CPU: block by block.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Dequantize8;

internal sealed class Dequantize8Cpu : IDequantize8Kernel
{
    private const long TaskValues = 32 * 1024;

    public void Dequantize(IDevice device, in Tensor codes, in Tensor absmax, in Tensor y, CodeTable table, int block)
    {
        var kernel = new Blocks(codes, absmax, y, table, block);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), absmax.Count, Math.Max(1, TaskValues / block), DType.F32, ref kernel);
    }

    private readonly unsafe struct Blocks(Tensor codes, Tensor absmax, Tensor y, CodeTable table, int block) : IRowKernel
    {
        private readonly float* _y = (float*)y.Pointer, _absmax = (float*)absmax.Pointer, _table = table.Pointer;
        private readonly byte* _codes = (byte*)codes.Pointer;
        private readonly long _count = y.Count;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long b = start; b < end; b++)
                Block8.Decode(_codes + b * block, (int)Math.Min(block, _count - b * block), _absmax[b], _table, _y + b * block);
        }
    }
}
