// quantize8 on the CPU: a block's maximum sixteen lanes at a time, then one table look-up a value.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Quantize8;

internal sealed class Quantize8Cpu : IQuantize8Kernel
{
    private const long TaskValues = 32 * 1024;

    public void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block)
    {
        var kernel = new Blocks(x, codes, absmax, table, block);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), absmax.Count, Math.Max(1, TaskValues / block), DType.F32, ref kernel);
    }

    private readonly unsafe struct Blocks(Tensor x, Tensor codes, Tensor absmax, CodeTable table, int block) : IRowKernel
    {
        private readonly float* _x = (float*)x.Pointer, _absmax = (float*)absmax.Pointer;
        private readonly byte* _codes = (byte*)codes.Pointer;
        private readonly long _count = x.Count;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long b = start; b < end; b++)
            {
                int count = (int)Math.Min(block, _count - b * block);
                _absmax[b] = Block8.Encode<TL>(_x + b * block, count, table, _codes + b * block);
            }
        }
    }
}
