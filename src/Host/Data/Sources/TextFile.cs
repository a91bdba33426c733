// Opens text files of rows: UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one; anything else is an error.
using System.Text;

namespace FastTune.Data;

internal static class TextFile
{
    public static StreamReader Open(string path) => new(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
}
