// Writes a safetensors file in the order of the reference implementation: wide types first, then by name, header padded to 8 bytes.
using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastTune.Formats;

internal static class SafetensorsWriter
{
    /// <summary>What transformers and PEFT expect in `__metadata__`.</summary>
    public static readonly IReadOnlyDictionary<string, string> PyTorch = new Dictionary<string, string> { ["format"] = "pt" };

    public static void Write(Stream stream, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.BlockBytes).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToArray();
        byte[] header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered) WriteChecked(stream, tensor);
    }

    private static byte[] Header(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0) WriteMetadata(json, metadata);
            long offset = 0;
            foreach (var tensor in tensors) offset = WriteEntry(json, tensor, offset);
            json.WriteEndObject();
        }
        int padded = (buffer.WrittenCount + 7) / 8 * 8;
        var header = new byte[padded];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorSource tensor, long offset)
    {
        long end = offset + tensor.ByteLength;
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.Name);
        json.WriteStartArray("shape");
        foreach (long size in tensor.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }

    private static void WriteChecked(Stream stream, TensorSource tensor)
    {
        long before = stream.Position;
        tensor.Write(stream);
        long written = stream.Position - before;
        if (written != tensor.ByteLength)
            throw new InvalidOperationException($"tensor '{tensor.Name}' wrote {written} bytes, its header says {tensor.ByteLength}");
    }
}
