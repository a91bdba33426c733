// The names that a pickle of weights may mention, and what each one stands for here: data types, and functions that put a tensor together.
namespace FastTune.Formats;

/// <summary>A name that the stream may mention.</summary>
/// <param name="Name">Python's name, for messages.</param>
internal sealed record PickleGlobal(string Name)
{
    /// <summary>Element type of a storage class or of a torch dtype; null for functions and for the untyped storage.</summary>
    public StoredType? Type { get; init; }

    /// <summary>True for storage classes.</summary>
    public bool IsStorage { get; init; }

    /// <summary>Builds a value from arguments; null says that they are wrong. Null for what cannot be called.</summary>
    public Func<object?[], object?>? Call { get; init; }
}

/// <summary>The whole list; there is no way from a name in a file to anything that is not on it.</summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<string, PickleGlobal> _all = All().ToDictionary(global => global.Name, StringComparer.Ordinal);

    /// <summary>The global of this name; null for any that is not on the list.</summary>
    public static PickleGlobal? Find(string module, string name) => _all.GetValueOrDefault($"{module}.{name}");

    private static IEnumerable<PickleGlobal> All()
    {
        (string Storage, StoredType Type)[] storages =
        [
            ("Float", StoredType.F32), ("Half", StoredType.F16), ("BFloat16", StoredType.BF16), ("Double", StoredType.F64), ("Long", StoredType.I64),
            ("Int", StoredType.I32), ("Short", StoredType.I16), ("Char", StoredType.I8), ("Byte", StoredType.U8), ("Bool", StoredType.Bool),
        ];
        (string Dtype, StoredType Type)[] types =
        [
            ("float32", StoredType.F32), ("float16", StoredType.F16), ("bfloat16", StoredType.BF16), ("float64", StoredType.F64), ("int64", StoredType.I64),
            ("int32", StoredType.I32), ("int16", StoredType.I16), ("int8", StoredType.I8), ("uint8", StoredType.U8), ("bool", StoredType.Bool),
            ("uint16", Known("U16")), ("uint32", Known("U32")), ("uint64", Known("U64")), ("float8_e4m3fn", Known("F8_E4M3")), ("float8_e5m2", Known("F8_E5M2")),
        ];
        foreach (var (storage, type) in storages) yield return new PickleGlobal($"torch.{storage}Storage") { Type = type, IsStorage = true };
        foreach (var (dtype, type) in types) yield return new PickleGlobal($"torch.{dtype}") { Type = type };
        yield return new PickleGlobal("torch.storage.UntypedStorage") { IsStorage = true };
        yield return new PickleGlobal("collections.OrderedDict") { Call = arguments => arguments.Length == 0 ? new PickleMap() : null };
        yield return new PickleGlobal("torch.Size") { Call = arguments => arguments is [object?[] sizes] ? sizes : null };
        yield return new PickleGlobal("torch._utils._rebuild_tensor") { Call = TorchTensor.Rebuild };
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v2") { Call = TorchTensor.RebuildWithHooks };
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v3") { Call = TorchTensor.RebuildTyped };
        yield return new PickleGlobal("torch._utils._rebuild_parameter") { Call = TorchTensor.RebuildParameter };
    }

    private static StoredType Known(string name) => StoredType.Safetensors.First(type => type.Name == name);
}
