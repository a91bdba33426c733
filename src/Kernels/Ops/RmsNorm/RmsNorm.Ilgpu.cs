// rms_norm on `ilgpu`: the oracle's row functions, one thread a row; for dw one thread a column, which adds the rows in order.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Ilgpu;
using FastTune.Kernels.Tensors;
using ILGPU;

namespace FastTune.Kernels.Ops.RmsNorm;

internal sealed unsafe class RmsNormIlgpu : IRmsNormKernel
{
    internal struct ForwardArguments
    {
        public ArrayView<byte> X, Residual, Weight, Z, Y, Rstd;
        public long XPitch, ResidualPitch, ZPitch, YPitch;
        public int Width, HasResidual, HasRstd;
        public float Eps;
        public NormMode Mode;
    }

    internal struct BackwardArguments
    {
        public ArrayView<byte> DY, Z, Rstd, Weight, Base, Out, DWeight;
        public long DYPitch, ZPitch, BasePitch, OutPitch, Rows;
        public int Width, HasBase;
        public float Beta;
        public NormMode Mode;
    }

    public void Forward(IDevice device, in RmsNormForward work)
    {
        if (work.Y.Count == 0) return;
        IlgpuDevice ilgpu = IlgpuDevice.Of(device);
        var arguments = new ForwardArguments
        {
            X = ilgpu.View(work.X),
            Residual = ilgpu.View(work.Residual, work.X),
            Weight = ilgpu.View(work.Weight),
            Z = ilgpu.View(work.Sum, work.X),
            Y = ilgpu.View(work.Y),
            Rstd = ilgpu.View(work.Rstd, work.X),
            XPitch = work.X.RowPitch,
            ResidualPitch = work.Residual.RowPitch,
            ZPitch = work.Sum.RowPitch,
            YPitch = work.Y.RowPitch,
            Width = (int)work.Y.Columns,
            HasResidual = work.Residual.Exists ? 1 : 0,
            HasRstd = work.Rstd.Exists ? 1 : 0,
            Eps = work.Eps,
            Mode = work.Mode,
        };
        Action<Index1D, ForwardArguments> kernel = (work.Y.Type, work.Weight.Type) switch
        {
            (DType.F32, DType.F32) => ForwardRow<RowF32, RowF32>,
            (DType.BF16, DType.F32) => ForwardRow<RowBF16, RowF32>,
            (DType.BF16, DType.BF16) => ForwardRow<RowBF16, RowBF16>,
            _ => throw NoKernel(work.Y.Type, work.Weight.Type),
        };
        ilgpu.Run(kernel, work.Y.Rows, arguments);
    }

    public void Backward(IDevice device, in RmsNormBackward work)
    {
        IlgpuDevice ilgpu = IlgpuDevice.Of(device);
        if (work.DY.Rows == 0)
        {
            if (work.DWeight.Exists && work.DWeightBeta == 0) Accumulate.Accumulate.Fill(device, work.DWeight, 0);
            return;
        }
        var arguments = new BackwardArguments
        {
            DY = ilgpu.View(work.DY),
            Z = ilgpu.View(work.Z),
            Rstd = ilgpu.View(work.Rstd),
            Weight = ilgpu.View(work.Weight),
            Base = ilgpu.View(work.Base, work.DY),
            Out = ilgpu.View(work.Out),
            DWeight = ilgpu.View(work.DWeight, work.Weight),
            DYPitch = work.DY.RowPitch,
            ZPitch = work.Z.RowPitch,
            BasePitch = work.Base.RowPitch,
            OutPitch = work.Out.RowPitch,
            Rows = work.DY.Rows,
            Width = (int)work.DY.Columns,
            HasBase = work.Base.Exists ? 1 : 0,
            Beta = work.DWeightBeta,
            Mode = work.Mode,
        };
        Launch(ilgpu, work, arguments);
    }

    /// <summary>dw first: Out may be DY.</summary>
    private static void Launch(IlgpuDevice ilgpu, in RmsNormBackward work, in BackwardArguments arguments)
    {
        Action<Index1D, BackwardArguments> row = (work.DY.Type, work.Weight.Type) switch
        {
            (DType.F32, DType.F32) => BackwardRow<RowF32, RowF32>,
            (DType.BF16, DType.F32) => BackwardRow<RowBF16, RowF32>,
            (DType.BF16, DType.BF16) => BackwardRow<RowBF16, RowBF16>,
            _ => throw NoKernel(work.DY.Type, work.Weight.Type),
        };
        Action<Index1D, BackwardArguments> column = work.DY.Type == DType.F32 ? WeightColumn<RowF32> : WeightColumn<RowBF16>;
        if (work.DWeight.Exists) ilgpu.Run(column, arguments.Width, arguments);
        ilgpu.Run(row, arguments.Rows, arguments);
    }

    internal static void ForwardRow<TRow, TWeight>(Index1D index, ForwardArguments a)
        where TRow : struct, IRow<TRow, float>
        where TWeight : struct, IRow<TWeight, float>
    {
        long row = (int)index;
        fixed (byte* x = &a.X[0], residual = &a.Residual[0], weight = &a.Weight[0], z = &a.Z[0], y = &a.Y[0], rstd = &a.Rstd[0])
        {
            TRow source = TRow.At(x + row * a.XPitch * TRow.Bytes);
            if (a.HasResidual != 0)
            {
                TRow other = TRow.At(residual + row * a.ResidualPitch * TRow.Bytes), sum = TRow.At(z + row * a.ZPitch * TRow.Bytes);
                for (int i = 0; i < a.Width; i++) sum.Set(i, source.Get(i) + other.Get(i));
                source = sum;
            }
            float r = RmsNormReference.Forward<float, TRow, TWeight>(
                source, TWeight.At(weight), TRow.At(y + row * a.YPitch * TRow.Bytes), a.Width, a.Eps, a.Mode);
            if (a.HasRstd != 0) ((float*)rstd)[row] = r;
        }
    }

    internal static void BackwardRow<TRow, TWeight>(Index1D index, BackwardArguments a)
        where TRow : struct, IRow<TRow, float>
        where TWeight : struct, IRow<TWeight, float>
    {
        long row = (int)index;
        fixed (byte* dy = &a.DY[0], z = &a.Z[0], rstd = &a.Rstd[0], weight = &a.Weight[0], other = &a.Base[0], result = &a.Out[0])
            RmsNormReference.Backward<float, TRow, TWeight>(
                TRow.At(dy + row * a.DYPitch * TRow.Bytes), TRow.At(z + row * a.ZPitch * TRow.Bytes), TWeight.At(weight),
                TRow.At(other + row * a.BasePitch * TRow.Bytes), a.HasBase != 0, TRow.At(result + row * a.OutPitch * TRow.Bytes), a.Width,
                ((float*)rstd)[row], a.Mode);
    }

    internal static void WeightColumn<TRow>(Index1D index, BackwardArguments a) where TRow : struct, IRow<TRow, float>
    {
        int column = index;
        fixed (byte* dy = &a.DY[0], z = &a.Z[0], rstd = &a.Rstd[0], dWeight = &a.DWeight[0])
        {
            float sum = 0;
            for (long row = 0; row < a.Rows; row++)
            {
                TRow g = TRow.At(dy + row * a.DYPitch * TRow.Bytes), value = TRow.At(z + row * a.ZPitch * TRow.Bytes);
                sum += RmsNormReference.WeightGradient<float, TRow>(g.Get(column), value.Get(column), ((float*)rstd)[row], a.Mode);
            }
            float* target = (float*)dWeight + column;
            *target = a.Beta == 0 ? sum : a.Beta * *target + sum;
        }
    }

    private static NotSupportedException NoKernel(DType type, DType weight) =>
        new($"[rms_norm] ilgpu has no kernel for {type} rows with a {weight} weight: choose device cpu");
}
