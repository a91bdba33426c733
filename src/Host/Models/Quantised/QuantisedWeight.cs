// A weight that a checkpoint stores quantised: where its parts lie in the file, and how they become a stored form on a device.
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Models;

/// <summary>One quantised matrix of an open checkpoint.</summary>
/// <param name="Kind">`NF4`, `FP4` or `INT8`, for messages.</param>
/// <param name="Shape">[out, in].</param>
/// <param name="Parts">Its tensors in the file.</param>
/// <param name="Load">Copies the parts to a device and puts them together; nothing is widened.</param>
internal sealed record QuantisedWeight(string Kind, IReadOnlyList<long> Shape, IReadOnlyList<StoredTensor> Parts, Func<IDevice, IStoredForm> Load)
{
    private const int Chunk = 16 << 20;
    private CpuDevice? _host;
    private IStoredForm? _form;

    /// <summary>Widens rows to fp32: for exports, which copy from file to file.</summary>
    public unsafe void CopyRows(long rowStart, long rows, Span<float> destination)
    {
        if (rowStart < 0 || rows < 0 || rowStart > Shape[0] - rows || destination.Length != rows * Shape[1])
            throw new ArgumentException($"[weights] rows {rowStart} to {rowStart + rows} of {Shape[0]} do not fit a buffer of {destination.Length}");
        _form ??= Load(_host = new CpuDevice());
        fixed (float* values = destination) _form.Decode(rowStart, (int)rows, 0, (int)Shape[1], values, Shape[1]);
    }

    /// <summary>Gives back what <see cref="CopyRows"/> held, and the file's pages.</summary>
    public void Release()
    {
        _form?.Dispose();
        _host?.Dispose();
        (_form, _host) = (null, null);
        foreach (StoredTensor part in Parts) part.Release();
    }

    /// <summary>The bytes of a part as they are, whatever type the file calls them.</summary>
    public static Tensor Bytes(IDevice device, StoredTensor source, Shape shape, DType type)
    {
        Tensor whole = device.Empty(shape, type, Category.Weights);
        using Tensor flat = whole.Reshape(new Shape(whole.Count));
        int size = type.Size();
        for (long done = 0; done < source.ByteLength; done += Chunk)
        {
            int length = (int)Math.Min(Chunk, source.ByteLength - done);
            using Tensor part = flat.ColumnRange(done / size, length / size);
            device.Write(source.Slice(done, length), part);
        }
        return whole;
    }
}
