// quantize_rows on the CPU: a row's maximum sixteen lanes at a time, then one rounding a value.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.QuantizeRows;

internal sealed class QuantizeRowsCpu : IQuantizeRowsKernel
{
    public void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor scales)
    {
        var kernel = new Lines(x, codes, scales);
        RowLoop.Run(CpuDevice.PoolOf(device), x.Rows, x.Columns, DType.F32, ref kernel);
    }

    private readonly unsafe struct Lines(Tensor x, Tensor codes, Tensor scales) : IRowKernel
    {
        private readonly float* _x = (float*)x.Pointer, _scales = (float*)scales.Pointer;
        private readonly sbyte* _codes = (sbyte*)codes.Pointer;
        private readonly long _pitch = x.RowPitch, _codePitch = codes.RowPitch;
        private readonly int _columns = checked((int)x.Columns);

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                float* values = _x + row * _pitch;
                sbyte* to = _codes + row * _codePitch;
                float largest = BlockMaximum.Of<TL>(values, _columns), factor = largest > 0 ? 127 * (1 / largest) : 0;
                _scales[row] = largest;
                if (float.IsNaN(largest)) new Span<sbyte>(to, _columns).Clear();
                else
                    for (int i = 0; i < _columns; i++) to[i] = (sbyte)Math.Clamp(MathF.Round(values[i] * factor), -127f, 127f);
            }
        }
    }
}
