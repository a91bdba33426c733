// gather_rows on the CPU: rows are copied as bytes.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.GatherRows;

internal sealed unsafe class GatherRowsCpu : IGatherRowsKernel
{
    public void Gather(IDevice device, in Tensor x, in Tensor rows, in Tensor y)
    {
        MatrixView from = new(x), to = new(y);
        int* index = (int*)rows.Pointer;
        for (long i = 0; i < rows.Count; i++) Copy(from.Row(index[i]), to.Row(i), y);
    }

    public void Scatter(IDevice device, in Tensor dy, in Tensor rows, in Tensor dx)
    {
        MatrixView from = new(dy), to = new(dx);
        int* index = (int*)rows.Pointer;
        for (long i = 0; i < rows.Count; i++) Copy(from.Row(i), to.Row(index[i]), dy);
    }

    private static void Copy(byte* from, byte* to, in Tensor rowsOf)
    {
        long bytes = rowsOf.Columns * rowsOf.Type.Size();
        Buffer.MemoryCopy(from, to, bytes, bytes);
    }
}
