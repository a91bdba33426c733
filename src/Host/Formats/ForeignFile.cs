// Says what lies where weights were expected: the usual mishaps of a download have names.
namespace FastTune.Formats;

internal static class ForeignFile
{
    /// <summary>What the file is and what to do, from its first bytes; null when they say nothing.</summary>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return "the file is empty: download it again";
        if (start.StartsWith("version https://git-lfs"u8)) return "this is a Git LFS pointer, not the file itself: fetch it with 'git lfs pull'";
        if (start.TrimStart("\t\n\r "u8).StartsWith("<"u8)) return "this is a web page, not the file itself: the download failed, repeat it";
        return null;
    }
}
