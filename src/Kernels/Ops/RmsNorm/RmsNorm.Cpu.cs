// rms_norm on the CPU: two passes over a row that is in cache; dw by fixed groups of rows, added in order.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.RmsNorm;

internal sealed unsafe class RmsNormCpu : IRmsNormKernel
{
    public void Forward(IDevice device, in RmsNormForward work)
    {
        var kernel = new ForwardRows(work);
        RowLoop.Run(CpuDevice.PoolOf(device), work.Y.Rows, work.Y.Columns, work.Y.Type, ref kernel);
    }

    public void Backward(IDevice device, in RmsNormBackward work)
    {
        CpuPool pool = CpuDevice.PoolOf(device);
        long rows = work.DY.Rows, columns = work.DY.Columns;
        if (!work.DWeight.Exists)
        {
            var inputOnly = new BackwardRows(work, default, 1);
            RowLoop.Run(pool, rows, columns, work.DY.Type, ref inputOnly);
            return;
        }
        long perGroup = Math.Max(64, (rows + 511) / 512);
        long groups = Math.Max(1, (rows + perGroup - 1) / perGroup);
        using Tensor partials = device.Empty(new Shape(groups, columns), DType.F32, Category.Workspace);
        var kernel = new BackwardRows(work, partials, perGroup);
        if (rows > 0) RowLoop.RunTasks(pool, rows, perGroup, work.DY.Type, ref kernel);
        else Accumulate.Accumulate.Fill(device, partials, 0);
        ColumnSum.Run(pool, partials, work.DWeight, work.DWeightBeta);
    }

    private readonly struct ForwardRows(in RmsNormForward work) : IRowKernel
    {
        private readonly MatrixView _x = new(work.X), _residual = new(work.Residual), _sum = new(work.Sum), _y = new(work.Y);
        private readonly float* _rstd = work.Rstd.Exists ? (float*)work.Rstd.Pointer : null;
        private readonly WeightRow _weight = new(work.Weight);
        private readonly long _columns = work.Y.Columns;
        private readonly float _eps = work.Eps;
        private readonly NormMode _mode = work.Mode;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                byte* z = _residual.Exists ? _sum.Row(row) : _x.Row(row);
                if (_residual.Exists) AddRow<TL, TE>(_x.Row(row), _residual.Row(row), z);
                float r = 1 / MathF.Sqrt(SumOfSquares<TL, TE>(z) / _columns + _eps);
                if (_rstd is not null) _rstd[row] = r;
                NormRow<TL, TE>(z, _y.Row(row), r);
            }
        }

        private void AddRow<TL, TE>(byte* x, byte* residual, byte* z) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            long i = 0;
            for (; i + ILanes<TL>.Count <= _columns; i += ILanes<TL>.Count)
                TE.Store(TE.Load<TL>(x, i) + TE.Load<TL>(residual, i), z, i);
            int rest = (int)(_columns - i);
            if (rest > 0) Tail.Store<TL, TE>(Tail.Load<TL, TE>(x, i, rest) + Tail.Load<TL, TE>(residual, i, rest), z, i, rest);
        }

        private float SumOfSquares<TL, TE>(byte* z) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL sum = TL.Fill(0);
            long i = 0;
            for (; i + ILanes<TL>.Count <= _columns; i += ILanes<TL>.Count)
            {
                TL value = TE.Load<TL>(z, i);
                sum = TL.Fma(value, value, sum);
            }
            if (i < _columns)
            {
                TL value = Tail.Load<TL, TE>(z, i, (int)(_columns - i));
                sum = TL.Fma(value, value, sum);
            }
            return TL.Sum(sum);
        }

        private void NormRow<TL, TE>(byte* z, byte* y, float r) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL scale = TL.Fill(r);
            long i = 0;
            for (; i + ILanes<TL>.Count <= _columns; i += ILanes<TL>.Count)
                TE.Store(Scaled<TL, TE>(TE.Load<TL>(z, i) * scale, _weight.Load<TL>(i)), y, i);
            int rest = (int)(_columns - i);
            if (rest > 0)
                Tail.Store<TL, TE>(Scaled<TL, TE>(Tail.Load<TL, TE>(z, i, rest) * scale, _weight.Load<TL>(i, rest)), y, i, rest);
        }

        private TL Scaled<TL, TE>(TL n, TL weight) where TL : struct, ILanes<TL> where TE : struct, IElement => _mode switch
        {
            NormMode.Gemma => n * (TL.Fill(1) + weight),
            NormMode.Llama => Rounded<TL, TE>.Of(n) * weight,
            _ => n * weight,
        };
    }

    private readonly struct BackwardRows(in RmsNormBackward work, in Tensor partials, long perGroup) : IRowKernel
    {
        private readonly MatrixView _dy = new(work.DY), _z = new(work.Z), _base = new(work.Base), _out = new(work.Out);
        private readonly float* _rstd = (float*)work.Rstd.Pointer;
        private readonly float* _partials = partials.Exists ? (float*)partials.Pointer : null;
        private readonly WeightRow _weight = new(work.Weight);
        private readonly long _columns = work.DY.Columns, _perGroup = perGroup;
        private readonly NormMode _mode = work.Mode;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            float* partial = _partials is null ? null : _partials + start / _perGroup * _columns;
            if (partial is not null) new Span<float>(partial, (int)_columns).Clear();
            for (long row = start; row < end; row++)
            {
                TL sum = TL.Fill(0);
                for (long i = 0; i < _columns; i += ILanes<TL>.Count) sum = Dot<TL, TE>(row, i, sum);
                float mean = TL.Sum(sum) / _columns;
                for (long i = 0; i < _columns; i += ILanes<TL>.Count) Step<TL, TE>(row, i, mean, partial);
            }
        }

        private TL Dot<TL, TE>(long row, long i, TL sum) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL g = Read<TL, TE>(_dy.Row(row), i) * Factor<TL>(i);
            return TL.Fma(g, Read<TL, TE>(_z.Row(row), i) * TL.Fill(_rstd[row]), sum);
        }

        /// <summary>Sixteen columns of one row: dz, and this row's share of dw.</summary>
        private void Step<TL, TE>(long row, long i, float mean, float* partial) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL r = TL.Fill(_rstd[row]), dy = Read<TL, TE>(_dy.Row(row), i), n = Read<TL, TE>(_z.Row(row), i) * r;
            TL dz = r * (dy * Factor<TL>(i) - n * TL.Fill(mean));
            if (_base.Exists) dz += Read<TL, TE>(_base.Row(row), i);
            int count = (int)Math.Min(ILanes<TL>.Count, _columns - i);
            if (partial is not null)
            {
                TL kept = _mode == NormMode.Llama ? Rounded<TL, TE>.Of(n) : n;
                AddPart(dy * kept, partial + i, count);
            }
            if (count == ILanes<TL>.Count) TE.Store(dz, _out.Row(row), i);
            else Tail.Store<TL, TE>(dz, _out.Row(row), i, count);
        }

        private static void AddPart<TL>(TL value, float* target, int count) where TL : struct, ILanes<TL>
        {
            if (count == ILanes<TL>.Count) TL.Store(TL.Load(target) + value, target);
            else Tail.Store<TL, ElementF32>(Tail.Load<TL, ElementF32>((byte*)target, 0, count) + value, (byte*)target, 0, count);
        }

        private TL Read<TL, TE>(byte* row, long i) where TL : struct, ILanes<TL> where TE : struct, IElement =>
            i + ILanes<TL>.Count <= _columns ? TE.Load<TL>(row, i) : Tail.Load<TL, TE>(row, i, (int)(_columns - i));

        private TL Factor<TL>(long i) where TL : struct, ILanes<TL>
        {
            TL weight = i + ILanes<TL>.Count <= _columns ? _weight.Load<TL>(i) : _weight.Load<TL>(i, (int)(_columns - i));
            return _mode == NormMode.Gemma ? TL.Fill(1) + weight : weight;
        }
    }
}
