// quantize4 on the CPU: a block's maximum sixteen lanes at a time, then one table look-up a value.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Quantize4;

internal sealed class Quantize4Cpu : IQuantize4Kernel
{
    /// <summary>Blocks of a task: 32 K values of 64 a block.</summary>
    private const long TaskBlocks = 512;

    public void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block)
    {
        var kernel = new Blocks(x, codes, absmax, table, block);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), absmax.Count, TaskBlocks, DType.F32, ref kernel);
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
                float* values = _x + b * block;
                int count = (int)Math.Min(block, _count - b * block);
                float largest = BlockMaximum.Of<TL>(values, count);
                _absmax[b] = largest;
                bool divides = count < block; // so does the library at the short end
                Encode(values, count, divides ? largest : 1 / largest, divides, _codes + b * block / 2);
            }
        }

        private void Encode(float* values, int count, float scale, bool divides, byte* to)
        {
            for (int i = 0; i < count; i += 2)
            {
                int high = Code(values[i], scale, divides), low = i + 1 < count ? Code(values[i + 1], scale, divides) : table.Zero;
                to[i / 2] = (byte)(high << 4 | low);
            }
        }

        private byte Code(float value, float scale, bool divides) => table.Encode(divides ? value / scale : value * scale);
    }
}
