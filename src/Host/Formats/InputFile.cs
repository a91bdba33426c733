// Opening a file that the user named: the system's refusal becomes one line with the path.
namespace FastTune.Formats;

internal static class InputFile
{
    /// <summary>Opens a file of weights or settings for reading. What has no length is refused before it is opened:
    /// no format of these is empty, and opening a pipe or a device that lies in a model's folder could wait for ever.</summary>
    public static FileStream Open(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: 0 }) throw new UserError($"{path}: the file is empty: download it again");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = error is FileNotFoundException or DirectoryNotFoundException ? "no such file" : error.Message;
            throw new UserError($"{path}: {why}: check the path and its permissions", inner: error);
        }
    }
}
