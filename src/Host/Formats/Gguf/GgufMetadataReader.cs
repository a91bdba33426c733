// Reads the key-value section of a GGUF file. Nothing is allocated by a claimed size before the file was seen to hold it.
using System.Runtime.InteropServices;

namespace FastTune.Formats;

internal static class GgufMetadataReader
{
    private const int MaxKeyBytes = 65535, MaxDepth = 4, SmallestEntry = 8 + 1 + 4 + 1;

    // Fixed-size types: bytes of one, and how one or many of them are read.
    private sealed record Fixed(int Bytes, Func<GgufCursor, int, object> Array);

    private static readonly Dictionary<GgufValueType, Fixed> _fixed = new()
    {
        [GgufValueType.UInt8] = Of<byte>(1),
        [GgufValueType.Int8] = Of<sbyte>(1),
        [GgufValueType.UInt16] = Of<ushort>(2),
        [GgufValueType.Int16] = Of<short>(2),
        [GgufValueType.UInt32] = Of<uint>(4),
        [GgufValueType.Int32] = Of<int>(4),
        [GgufValueType.Float32] = Of<float>(4),
        [GgufValueType.Bool] = new(1, Bools),
        [GgufValueType.UInt64] = Of<ulong>(8),
        [GgufValueType.Int64] = Of<long>(8),
        [GgufValueType.Float64] = Of<double>(8),
    };

    public static Dictionary<string, GgufValue> Read(GgufCursor cursor, ulong count)
    {
        if (count > (ulong)(cursor.Remaining / SmallestEntry)) throw cursor.Bad($"the header claims {count} metadata entries, the file has {cursor.Remaining} bytes left");
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (ulong i = 0; i < count; i++)
        {
            string key = cursor.Name(MaxKeyBytes, "a metadata key");
            var type = (GgufValueType)cursor.UInt32($"the type of '{key}'");
            var value = One(cursor, type, key, 0);
            if (!metadata.TryAdd(key, value)) throw cursor.Bad($"metadata key '{key}' is there twice");
        }
        return metadata;
    }

    private static GgufValue One(GgufCursor cursor, GgufValueType type, string key, int depth)
    {
        if (type == GgufValueType.Array) return Array(cursor, key, depth);
        object value = Many(cursor, type, 1, key);
        return new GgufValue(type, type, ((System.Array)value).GetValue(0)!);
    }

    private static GgufValue Array(GgufCursor cursor, string key, int depth)
    {
        if (depth == MaxDepth) throw cursor.Bad($"metadata '{key}' nests arrays deeper than {MaxDepth}");
        var item = (GgufValueType)cursor.UInt32($"the item type of '{key}'");
        if (item != GgufValueType.Array)
            return new GgufValue(GgufValueType.Array, item, Many(cursor, item, cursor.Count(SizeOf(cursor, item, key), $"the length of '{key}'"), key));
        int count = cursor.Count(4 + 8, $"the length of '{key}'");
        var inner = new GgufValue[count];
        for (int i = 0; i < count; i++) inner[i] = Array(cursor, key, depth + 1);
        return new GgufValue(GgufValueType.Array, item, inner);
    }

    private static object Many(GgufCursor cursor, GgufValueType type, int count, string key)
    {
        SizeOf(cursor, type, key);
        if (type != GgufValueType.String) return _fixed[type].Array(cursor, count);
        var strings = new string[count];
        for (int i = 0; i < count; i++) strings[i] = cursor.Text($"metadata '{key}'");
        return strings;
    }

    private static int SizeOf(GgufCursor cursor, GgufValueType type, string key)
    {
        if (type == GgufValueType.String) return 8;
        return _fixed.TryGetValue(type, out var known) ? known.Bytes : throw cursor.Bad($"metadata '{key}' has value type {(uint)type}, which does not exist");
    }

    private static Fixed Of<T>(int bytes) where T : unmanaged => new(bytes, (cursor, count) =>
        MemoryMarshal.Cast<byte, T>(cursor.Take(checked(bytes * count), "a metadata value")).ToArray());

    private static object Bools(GgufCursor cursor, int count)
    {
        var values = new bool[count];
        var bytes = cursor.Take(count, "a metadata value");
        for (int i = 0; i < count; i++)
        {
            if (bytes[i] > 1) throw cursor.Bad($"a bool of the metadata is {bytes[i]}");
            values[i] = bytes[i] == 1;
        }
        return values;
    }
}
