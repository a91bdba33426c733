// Making tensors on a device and moving numbers between it and the host.
using System.Runtime.InteropServices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices;

public static class DeviceTensors
{
    /// <summary>A contiguous tensor with undefined contents.</summary>
    public static Tensor Empty(this IDevice device, Shape shape, DType type, Category category)
    {
        var buffer = device.Memory.Allocate(checked(shape.Count * type.Size()), category);
        return new Tensor(device.Memory, buffer, 0, shape, shape.Columns, type, 0);
    }

    /// <summary>A tensor holding <paramref name="values"/>, whose element size must be that of <paramref name="type"/>.</summary>
    public static Tensor From<T>(this IDevice device, ReadOnlySpan<T> values, Shape shape, DType type, Category category)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (bytes.Length != shape.Count * type.Size())
            throw new ArgumentException($"[tensor] {bytes.Length} bytes do not fill {shape} of {type}");
        var tensor = device.Empty(shape, type, category);
        device.Write(bytes, tensor);
        return tensor;
    }

    public static Tensor From(this IDevice device, ReadOnlySpan<float> values, Shape shape, Category category) =>
        device.From(values, shape, DType.F32, category);

    public static Tensor From(this IDevice device, ReadOnlySpan<int> values, Category category) =>
        device.From(values, new Shape(values.Length), DType.I32, category);

    /// <summary>The elements of a contiguous tensor, waiting for queued work. Element size must fit.</summary>
    public static T[] ToArray<T>(this IDevice device, in Tensor tensor) where T : unmanaged
    {
        var values = new T[tensor.Count];
        device.Read(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>The single fp32 number of a one-element tensor, waiting for queued work.</summary>
    public static float ReadScalar(this IDevice device, in Tensor tensor)
    {
        float value = 0;
        device.Read(tensor, MemoryMarshal.AsBytes(new Span<float>(ref value)));
        return value;
    }
}
