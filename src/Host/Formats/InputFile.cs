// Opening a file that the user named: the system's refusal becomes one line with the path.
namespace FastTune.Formats;

internal static class InputFile
{
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = error is FileNotFoundException or DirectoryNotFoundException ? "no such file" : error.Message;
            throw new UserError($"{path}: {why}: check the path and its permissions", inner: error);
        }
    }
}
