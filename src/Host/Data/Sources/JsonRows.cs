// Rows of a JSON file: a list of objects, one object, or one object after the other (JSON lines), read as a stream.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Data;

internal static class JsonRows
{
    public static IEnumerable<JsonElement> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var reader = new Reader(stream, Path.GetFileName(path));
        while (reader.Next(out var row)) yield return row;
    }

    /// <summary>A window on the file: bytes from _start to _end are read and not yet used.</summary>
    private sealed class Reader(Stream stream, string name)
    {
        private byte[] _buffer = new byte[1 << 18];
        private int _start, _end;
        private bool _atEnd, _inList, _begun;
        private long _row;

        public bool Next(out JsonElement row)
        {
            row = default;
            if (!_begun) Begin();
            if (!SkipBlanks()) return _inList ? throw Broken("the list is not closed") : false;
            if (_inList)
            {
                if (_buffer[_start] == (byte)']') return End();
                if (_row > 0) SkipComma();
            }
            _row++;
            row = Value();
            if (row.ValueKind != JsonValueKind.Object) throw Broken("is not an object with columns");
            return true;
        }

        private void Begin()
        {
            _begun = true;
            while (_end < 3 && Fill()) { }
            if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) _start = 3;
            if (!SkipBlanks() || _buffer[_start] != (byte)'[') return;
            _inList = true;
            _start++;
        }

        private bool End()
        {
            _start++;
            _inList = false;
            return SkipBlanks() ? throw Broken("something follows the end of the list") : false;
        }

        private void SkipComma()
        {
            if (_buffer[_start] != (byte)',') throw Broken("a comma is missing after it");
            _start++;
            if (!SkipBlanks()) throw Broken("the list is not closed");
        }

        private JsonElement Value()
        {
            try
            {
                while (true)
                {
                    var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _atEnd, default);
                    if (JsonElement.TryParseValue(ref reader, out var value))
                    {
                        JsonInput.RequireUtf8(_buffer.AsSpan(_start, (int)reader.BytesConsumed));
                        _start += (int)reader.BytesConsumed;
                        return value.Value;
                    }
                    if (!Fill()) throw Broken("the file ends inside it");
                }
            }
            catch (JsonException error)
            {
                throw new UserError($"{name}, row {_row}: not valid JSON ({Reason(error)})", inner: error);
            }
        }

        /// <summary>The parser's reason without the position, which counts from the row's own beginning.</summary>
        private static string Reason(JsonException error) => error.Message.Split(". ")[0].TrimEnd('.').ReplaceLineEndings(" ");

        private bool SkipBlanks()
        {
            while (true)
            {
                int at = _buffer.AsSpan(_start, _end - _start).IndexOfAnyExcept(" \t\r\n"u8);
                if (at >= 0)
                {
                    _start += at;
                    return true;
                }
                _start = _end;
                if (!Fill()) return false;
            }
        }

        /// <summary>Reads more, moving what is left to the front or growing the window; false at the end of the file.</summary>
        private bool Fill()
        {
            if (_atEnd) return false;
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            if (_end == _buffer.Length)
            {
                if (_end >= RowLimit.Bytes) throw Broken(RowLimit.Exceeded().Message);
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _atEnd = read == 0;
            return true;
        }

        private UserError Broken(string what) => new($"{name}, row {Math.Max(1, _row)}: {what}");
    }
}
