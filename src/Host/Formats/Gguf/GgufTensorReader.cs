// Reads the tensor list of a GGUF file and checks each tensor's type, size and place against the file.
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Formats;

internal static class GgufTensorReader
{
    private const int MaxNameBytes = 64, MaxDimensions = 4, SmallestInfo = 8 + 4 + 4 + 8;

    private static readonly Dictionary<uint, StoredType> _types = GgufTypes.All.ToDictionary(type => type.Id, Stored);

    private sealed record Info(string Name, StoredType Type, long[] Shape, long Bytes, ulong Offset);

    /// <summary>Reads the list; <paramref name="dataStart"/> is where the data section begins.</summary>
    public static Dictionary<string, StoredTensor> Read(GgufCursor cursor, MappedFile file, ulong count, long alignment, out long dataStart)
    {
        if (count > (ulong)(cursor.Remaining / SmallestInfo)) throw cursor.Bad($"the header claims {count} tensors, the file has {cursor.Remaining} bytes left");
        var infos = new List<Info>();
        for (ulong i = 0; i < count; i++) infos.Add(ReadInfo(cursor));
        dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        long expected = 0;
        foreach (var info in infos)
        {
            RequirePlace(cursor, file, info, dataStart, expected);
            if (!tensors.TryAdd(info.Name, new StoredTensor(info.Name, info.Type, info.Shape, file, dataStart + expected, info.Bytes)))
                throw cursor.Bad($"tensor '{info.Name}' is there twice");
            expected += (info.Bytes + alignment - 1) / alignment * alignment;
        }
        return tensors;
    }

    private static Info ReadInfo(GgufCursor cursor)
    {
        string name = cursor.Name(MaxNameBytes, "a tensor name");
        uint rank = cursor.UInt32($"tensor '{name}'");
        if (rank > MaxDimensions) throw cursor.Bad($"tensor '{name}' claims {rank} dimensions, at most {MaxDimensions} are allowed");
        var shape = new long[rank];
        for (uint i = 0; i < rank; i++)
        {
            ulong size = cursor.UInt64($"tensor '{name}'");
            if (size > long.MaxValue) throw cursor.Bad($"tensor '{name}' has a dimension of {size}");
            shape[rank - 1 - i] = (long)size;
        }
        var type = TypeOf(cursor, name, cursor.UInt32($"tensor '{name}'"));
        return new Info(name, type, shape, ByteCount(cursor, name, type, shape), cursor.UInt64($"tensor '{name}'"));
    }

    private static StoredType TypeOf(GgufCursor cursor, string name, uint id) => _types.TryGetValue(id, out var type)
        ? type
        : throw cursor.Bad($"tensor '{name}' has type {id}, which does not exist or was removed from the format");

    private static long ByteCount(GgufCursor cursor, string name, StoredType type, long[] shape)
    {
        Int128 count = 1;
        foreach (long size in shape)
        {
            count *= size;
            if (count > long.MaxValue) throw cursor.Bad($"tensor '{name}' of shape [{string.Join(", ", shape)}] is larger than any file");
        }
        long row = shape.Length == 0 ? 1 : shape[^1];
        if (row % type.BlockLength != 0) throw cursor.Bad($"tensor '{name}' has rows of {row} values, {type.Name} stores blocks of {type.BlockLength}");
        var bytes = count / type.BlockLength * type.BlockBytes;
        return bytes <= cursor.Remaining ? (long)bytes : throw cursor.Bad($"tensor '{name}' takes {bytes} bytes, the file has {cursor.Remaining} left");
    }

    private static void RequirePlace(GgufCursor cursor, MappedFile file, Info info, long dataStart, long expected)
    {
        if (info.Offset != (ulong)expected)
            throw cursor.Bad($"tensor '{info.Name}' starts at byte {info.Offset} of the data, {expected} was expected (tensors follow each other, each aligned)");
        if (dataStart + expected > file.Length - info.Bytes)
            throw cursor.Bad($"tensor '{info.Name}' is cut off: it ends at byte {dataStart + expected + info.Bytes}, the file has {file.Length}");
    }

    private static StoredType Stored(GgufType type) =>
        StoredType.Safetensors.FirstOrDefault(known => known.Name == type.Name)
        ?? new StoredType(type.Name, type.BlockLength, type.BlockBytes) { Floats = type.CanDecode ? type.Decode : null };
}
