// The header of a safetensors file: read with bounds, checked against the file's length, overlaps and holes refused.
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace FastTune.Formats;

/// <summary>A tensor's place: byte offsets relative to the data section.</summary>
internal sealed record SafetensorsEntry(string Name, StoredType Type, long[] Shape, long Begin, long End);

/// <summary>A checked header: 8 bytes length, that many bytes of JSON, then the data.</summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Tensors, IReadOnlyDictionary<string, string> Metadata, long DataStart)
{
    // The format's own limit; a larger claim is an attack or another format.
    private const long MaxBytes = 100_000_000;
    private const int MaxRank = 16;

    private static readonly Dictionary<string, StoredType> _types = StoredType.Safetensors.ToDictionary(type => type.Name);

    public static SafetensorsHeader Read(FileStream stream)
    {
        Span<byte> start = stackalloc byte[8];
        if (stream.Length < 8) throw Bad(stream, $"{stream.Length} bytes are too few for a header");
        stream.ReadExactly(start);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (claimed > MaxBytes) throw Bad(stream, $"the header claims {claimed} bytes, at most {MaxBytes} are allowed");
        if ((long)claimed > stream.Length - 8) throw Bad(stream, $"the header claims {claimed} bytes, the file has {stream.Length - 8} more");
        var json = new byte[claimed];
        stream.ReadExactly(json);
        return Parse(stream, json);
    }

    private static SafetensorsHeader Parse(FileStream file, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Bad(file, "the header is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = Text(file, ref reader);
            if (!names.Add(name)) throw Bad(file, $"tensor '{name}' is named twice");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Bad(file, $"the entry '{name}' is not an object");
            if (name == "__metadata__") ReadMetadata(file, ref reader, metadata);
            else tensors.Add(ReadTensor(file, ref reader, name));
        }
        while (reader.Read()) { }
        long dataStart = 8 + json.Length;
        RequireCovering(file, tensors, file.Length - dataStart);
        return new SafetensorsHeader(tensors, metadata, dataStart);
    }

    private static void ReadMetadata(FileStream file, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = Text(file, ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw Bad(file, $"metadata '{key}' is not a string");
            metadata[key] = Text(file, ref reader);
        }
    }

    private static SafetensorsEntry ReadTensor(FileStream file, ref Utf8JsonReader reader, string name)
    {
        StoredType? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = Text(file, ref reader);
            reader.Read();
            if (key == "dtype" && reader.TokenType == JsonTokenType.String)
            {
                string dtype = Text(file, ref reader);
                type = _types.GetValueOrDefault(dtype)
                    ?? throw Bad(file, $"tensor '{name}' has dtype '{dtype}'; known are {string.Join(", ", _types.Keys)}");
            }
            else if (key == "shape") shape = ReadNumbers(file, ref reader, name);
            else if (key == "data_offsets") offsets = ReadNumbers(file, ref reader, name);
            else throw Bad(file, $"tensor '{name}' has an unexpected entry '{key}'");
        }
        if (type is null || shape is null || offsets is not { Length: 2 }) throw Bad(file, $"tensor '{name}' lacks dtype, shape or data_offsets");
        RequireSize(file, name, type, shape, offsets);
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadNumbers(FileStream file, ref Utf8JsonReader reader, string name)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray) throw Bad(file, $"tensor '{name}': shape and data_offsets are arrays");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0 || numbers.Count == MaxRank)
                throw Bad(file, $"tensor '{name}': shape and data_offsets hold up to {MaxRank} numbers from 0 to 2^63-1");
            numbers.Add(value);
        }
        return [.. numbers];
    }

    private static void RequireSize(FileStream file, string name, StoredType type, long[] shape, long[] offsets)
    {
        Int128 bytes = type.BlockBytes;
        foreach (long size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue) throw Bad(file, $"tensor '{name}' of shape [{string.Join(", ", shape)}] is larger than any file");
        }
        if (offsets[0] > offsets[1] || bytes != offsets[1] - offsets[0])
            throw Bad(file, $"tensor '{name}' ({type.Name} [{string.Join(", ", shape)}]) takes {bytes} bytes, data_offsets are {offsets[0]} to {offsets[1]}");
    }

    // Tensors follow each other from the first byte to the last: neither overlaps nor holes nor data behind.
    private static void RequireCovering(FileStream file, List<SafetensorsEntry> tensors, long dataBytes)
    {
        long next = 0;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != next)
                throw Bad(file, $"tensor '{tensor.Name}' starts at byte {tensor.Begin} of the data, {next} was expected ({(tensor.Begin < next ? "it overlaps another" : "there is a hole")})");
            next = tensor.End;
            if (next > dataBytes) throw Bad(file, $"tensor '{tensor.Name}' ends at byte {next} of the data, the file has only {dataBytes}");
        }
        if (next != dataBytes) throw Bad(file, $"the tensors take {next} bytes, the file has {dataBytes}");
    }

    // Unpaired surrogates in escapes are refused by GetString with an exception of its own.
    private static string Text(FileStream file, ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new UserError($"{file.Name}: the header holds text that is not UTF-8: the file is damaged, download it again", inner: error);
        }
    }

    private static UserError Bad(FileStream file, string what) =>
        new($"{file.Name}: {what}: the file is damaged or not safetensors, download it again");
}
