// How long a row may be: a longer one is an error instead of an allocation of its size.
namespace FastTune.Data;

internal static class RowLimit
{
    /// <summary>Longest row, in bytes of JSON or letters of text.</summary>
    public const int Bytes = 64 << 20;

    /// <summary>Most that a stretch of rows which a file stores together may take when it is unpacked, in bytes.</summary>
    public const long GroupBytes = 768L << 20;

    /// <summary>The error of a reader; whoever knows file and row puts them in front.</summary>
    public static InvalidDataException Exceeded() => new($"is longer than {Bytes >> 20} MiB; split it");
}
