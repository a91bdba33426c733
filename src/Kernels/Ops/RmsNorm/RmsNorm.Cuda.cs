// rms_norm on `cuda` and `emu`: calls native/cuda/ops/rms_norm*.cu.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cuda;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.RmsNorm;

internal sealed unsafe class RmsNormCuda : IRmsNormKernel
{
    public void Forward(IDevice device, in RmsNormForward work)
    {
        CudaDevice cuda = CudaDevice.Of(device);
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        var forward = (delegate* unmanaged<nint, nint, nint, long, int, long, long, long, long, float, int, int, int, nint, nint, nint, nint, byte*, int>)
            cuda.Library.Export("ft_rms_norm_forward");
        KernelLibrary.Check(
            forward(
                work.X.Address, Address(work.Residual), work.Weight.Address, work.Y.Rows, (int)work.Y.Columns, work.X.RowPitch, work.Residual.RowPitch,
                work.Sum.RowPitch, work.Y.RowPitch, work.Eps, (int)work.Mode, (int)work.Y.Type, (int)work.Weight.Type, Address(work.Sum), work.Y.Address,
                Address(work.Rstd), cuda.Stream, message),
            message);
    }

    public void Backward(IDevice device, in RmsNormBackward work)
    {
        CudaDevice cuda = CudaDevice.Of(device);
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        long groups = RowGroups(work.DY.Rows);
        using Tensor partial = work.DWeight.Exists ? device.Empty(new Shape(groups, work.DY.Columns), DType.F32, Category.Workspace) : default;
        var backward =
            (delegate* unmanaged<nint, nint, nint, nint, nint, long, int, long, long, long, long, long, float, int, int, int, nint, nint, nint, nint, byte*, int>)
            cuda.Library.Export("ft_rms_norm_backward");
        KernelLibrary.Check(
            backward(
                work.DY.Address, work.Z.Address, work.Rstd.Address, work.Weight.Address, Address(work.Base), work.DY.Rows, (int)work.DY.Columns,
                work.DY.RowPitch, work.Z.RowPitch, work.Base.RowPitch, work.Out.RowPitch, groups, work.DWeightBeta, (int)work.Mode, (int)work.DY.Type,
                (int)work.Weight.Type, work.Out.Address, Address(work.DWeight), Address(partial), cuda.Stream, message),
            message);
    }

    /// <summary>Groups of rows whose shares of dw are added in order: at least 64 rows each, 512 groups at most.</summary>
    private static long RowGroups(long rows)
    {
        long perGroup = Math.Max(64, (rows + 511) / 512);
        return Math.Max(1, (rows + perGroup - 1) / perGroup);
    }

    private static nint Address(in Tensor tensor) => tensor.Exists ? tensor.Address : 0;
}
