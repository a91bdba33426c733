// A tensor as a pickle describes it: a view of a storage, checked so that it never reaches outside.
namespace FastTune.Formats;

/// <summary>A view: element [i, j, …] is element offset + i strides[0] + j strides[1] + … of the storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, StoredType Type, long Offset, long[] Sizes, long[] Strides)
{
    private const int MaxRank = 16;

    /// <summary>Number of elements.</summary>
    public long Count => Sizes.Aggregate(1L, (count, size) => count * size);

    /// <summary>True when the elements follow each other in the order of the tensor.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Sizes.Length - 1; i >= 0; i--)
            {
                if (Sizes[i] != 1 && Strides[i] != expected) return false;
                expected *= Sizes[i];
            }
            return true;
        }
    }

    /// <summary>torch._utils._rebuild_tensor(storage, offset, size, stride).</summary>
    public static object? Rebuild(object?[] arguments) =>
        arguments is [TorchStorage { Type: { } type } storage, long offset, object?[] size, object?[] stride] ? View(storage, type, offset, size, stride) : null;

    /// <summary>_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata = None).</summary>
    public static object? RebuildWithHooks(object?[] arguments) =>
        arguments is [TorchStorage, long, object?[], object?[], bool, PickleMap { Items.Count: 0 }, .. var rest] && HasNoMetadata(rest)
            ? Rebuild(arguments[..4]) : null;

    /// <summary>_rebuild_tensor_v3(untyped storage, offset, size, stride, requires_grad, backward_hooks, dtype, metadata = None).</summary>
    public static object? RebuildTyped(object?[] arguments) =>
        arguments is [TorchStorage { Type: null } storage, long offset, object?[] size, object?[] stride, bool, PickleMap { Items.Count: 0 },
            PickleGlobal { IsStorage: false, Type: { } type }, .. var rest] && HasNoMetadata(rest)
            ? View(storage, type, offset, size, stride) : null;

    /// <summary>_rebuild_parameter(data, requires_grad, backward_hooks): the data itself.</summary>
    public static object? RebuildParameter(object?[] arguments) => arguments is [TorchTensor data, bool, PickleMap { Items.Count: 0 }] ? data : null;

    // Metadata would say that the stored values are conjugated or negated.
    private static bool HasNoMetadata(object?[] rest) => rest is [] or [null] or [PickleMap { Items.Count: 0 }];

    private static TorchTensor? View(TorchStorage storage, StoredType type, long offset, object?[] size, object?[] stride)
    {
        if (size.Length > MaxRank || size.Length != stride.Length || offset < 0) return null;
        var (sizes, strides) = (new long[size.Length], new long[size.Length]);
        Int128 count = 1, last = offset;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (size[i] is not (long and >= 0 and var length) || stride[i] is not (long and >= 0 and var step)) return null;
            (sizes[i], strides[i]) = (length, step);
            count *= length;
            last += (Int128)Math.Max(length - 1, 0) * step;
            if (count * type.BlockBytes > long.MaxValue || last > long.MaxValue) return null;
        }
        Int128 end = (count == 0 ? offset : last + 1) * type.BlockBytes;
        return end <= storage.Bytes ? new TorchTensor(storage, type, offset, sizes, strides) : null;
    }
}
