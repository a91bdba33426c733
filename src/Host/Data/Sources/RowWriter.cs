// Makes row objects for the forms that are not JSON.
using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace FastTune.Data;

internal static class RowWriter
{
    // As deep as a row of a JSON file may be.
    private static readonly JsonWriterOptions Options = new() { MaxDepth = 64 };

    /// <summary>The object that <paramref name="write"/> writes the properties of.</summary>
    /// <exception cref="InvalidDataException">The row is longer than <see cref="RowLimit.Bytes"/>.</exception>
    public static JsonElement Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new BoundedBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        var reader = new Utf8JsonReader(buffer.Written);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Refuses a text of this many letters or bytes before it is copied.</summary>
    public static void CheckLength(long length)
    {
        if (length > RowLimit.Bytes) throw RowLimit.Exceeded();
    }

    /// <summary>A value of a typed column: text, numbers, booleans, times, lists and objects of these.</summary>
    public static void Value(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                CheckLength(text.Length);
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case float or double when !double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                writer.WriteNullValue();
                break;
            case float number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case byte[] bytes:
                CheckLength(bytes.Length);
                writer.WriteBase64StringValue(bytes);
                break;
            case ReadOnlyMemory<byte> bytes:
                CheckLength(bytes.Length);
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case ReadOnlyMemory<char> text:
                CheckLength(text.Length);
                writer.WriteStringValue(text.Span);
                break;
            case IDictionary map:
                Map(writer, map);
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? item in list) Value(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void Map(Utf8JsonWriter writer, IDictionary map)
    {
        writer.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            Value(writer, entry.Value);
        }
        writer.WriteEndObject();
    }

    /// <summary>A buffer that grows with the row, up to its limit.</summary>
    private sealed class BoundedBuffer : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(256);

        public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

        public void Advance(int count)
        {
            _bytes.Advance(count);
            CheckLength(_bytes.WrittenCount);
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);
    }
}
