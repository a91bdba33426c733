// Copy, add and fill on `ilgpu`: one thread a row.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Ilgpu;
using FastTune.Kernels.Tensors;
using ILGPU;

namespace FastTune.Kernels.Ops.Accumulate;

internal sealed unsafe class AccumulateIlgpu : IAccumulateKernel
{
    internal struct Arguments
    {
        public ArrayView<byte> From, To;
        public long FromPitch, ToPitch;
        public int Width;
        public float Value;
    }

    public void Copy(IDevice device, in Tensor source, in Tensor destination)
    {
        Action<Index1D, Arguments> kernel = (source.Type, destination.Type) switch
        {
            (DType.F32, DType.F32) => CopyRow<RowF32, RowF32>,
            (DType.F32, DType.BF16) => CopyRow<RowF32, RowBF16>,
            (DType.BF16, DType.F32) => CopyRow<RowBF16, RowF32>,
            (DType.BF16, DType.BF16) => CopyRow<RowBF16, RowBF16>,
            _ => throw NoKernel(source.Type, destination.Type),
        };
        Launch(device, kernel, source, destination, 0);
    }

    public void Add(IDevice device, in Tensor source, in Tensor destination) => Launch(
        device,
        source.Type switch
        {
            DType.F32 => AddRow<RowF32>,
            DType.BF16 => (Action<Index1D, Arguments>)AddRow<RowBF16>,
            _ => throw NoKernel(source.Type, destination.Type),
        },
        source, destination, 0);

    public void Fill(IDevice device, in Tensor destination, float value) => Launch(
        device,
        destination.Type switch
        {
            DType.F32 => FillRow<RowF32>,
            DType.BF16 => (Action<Index1D, Arguments>)FillRow<RowBF16>,
            _ => throw NoKernel(destination.Type, destination.Type),
        },
        destination, destination, value);

    private static void Launch(IDevice device, Action<Index1D, Arguments> kernel, in Tensor source, in Tensor destination, float value)
    {
        if (destination.Count == 0) return;
        IlgpuDevice ilgpu = IlgpuDevice.Of(device);
        var arguments = new Arguments
        {
            From = ilgpu.View(source),
            To = ilgpu.View(destination),
            FromPitch = source.RowPitch,
            ToPitch = destination.RowPitch,
            Width = (int)destination.Columns,
            Value = value,
        };
        ilgpu.Run(kernel, destination.Rows, arguments);
    }

    internal static void CopyRow<TFrom, TTo>(Index1D index, Arguments a)
        where TFrom : struct, IRow<TFrom, float>
        where TTo : struct, IRow<TTo, float>
    {
        long row = (int)index;
        fixed (byte* first = &a.From[0], target = &a.To[0])
        {
            TFrom from = TFrom.At(first + row * a.FromPitch * TFrom.Bytes);
            TTo to = TTo.At(target + row * a.ToPitch * TTo.Bytes);
            for (int i = 0; i < a.Width; i++) to.Set(i, from.Get(i));
        }
    }

    internal static void AddRow<TRow>(Index1D index, Arguments a) where TRow : struct, IRow<TRow, float>
    {
        long row = (int)index;
        fixed (byte* first = &a.From[0], target = &a.To[0])
        {
            TRow from = TRow.At(first + row * a.FromPitch * TRow.Bytes), to = TRow.At(target + row * a.ToPitch * TRow.Bytes);
            for (int i = 0; i < a.Width; i++) to.Set(i, to.Get(i) + from.Get(i));
        }
    }

    internal static void FillRow<TRow>(Index1D index, Arguments a) where TRow : struct, IRow<TRow, float>
    {
        long row = (int)index;
        fixed (byte* target = &a.To[0])
        {
            TRow to = TRow.At(target + row * a.ToPitch * TRow.Bytes);
            for (int i = 0; i < a.Width; i++) to.Set(i, a.Value);
        }
    }

    private static NotSupportedException NoKernel(DType from, DType to) =>
        new($"[accumulate] ilgpu has no kernel from {from} to {to}: choose device cpu");
}
