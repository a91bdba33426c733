// Copy, add and fill on `cuda` and `emu`: calls native/cuda/ops/accumulate.cu.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cuda;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Accumulate;

internal sealed unsafe class AccumulateCuda : IAccumulateKernel
{
    public void Copy(IDevice device, in Tensor source, in Tensor destination)
    {
        CudaDevice cuda = CudaDevice.Of(device);
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        var copy = (delegate* unmanaged<nint, long, long, long, long, int, int, nint, nint, byte*, int>)cuda.Library.Export("ft_accumulate_copy");
        KernelLibrary.Check(
            copy(
                source.Address, source.Rows, source.Columns, source.RowPitch, destination.RowPitch, (int)source.Type, (int)destination.Type,
                destination.Address, cuda.Stream, message),
            message);
    }

    public void Add(IDevice device, in Tensor source, in Tensor destination)
    {
        CudaDevice cuda = CudaDevice.Of(device);
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        var add = (delegate* unmanaged<nint, long, long, long, long, int, nint, nint, byte*, int>)cuda.Library.Export("ft_accumulate_add");
        KernelLibrary.Check(
            add(
                source.Address, source.Rows, source.Columns, source.RowPitch, destination.RowPitch, (int)source.Type, destination.Address, cuda.Stream,
                message),
            message);
    }

    public void Fill(IDevice device, in Tensor destination, float value)
    {
        CudaDevice cuda = CudaDevice.Of(device);
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        var fill = (delegate* unmanaged<float, long, long, long, int, nint, nint, byte*, int>)cuda.Library.Export("ft_accumulate_fill");
        KernelLibrary.Check(
            fill(value, destination.Rows, destination.Columns, destination.RowPitch, (int)destination.Type, destination.Address, cuda.Stream, message),
            message);
    }
}
