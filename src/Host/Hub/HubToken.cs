// An access token and where it came from; its text never shows in a message.
namespace FastTune.Hub;

/// <summary>A token. <see cref="ToString"/> gives its origin, so that no log or error can hold the text by accident.</summary>
internal sealed class HubToken
{
    private const int Longest = 4096;

    private HubToken(string text, string origin) => (Text, Origin) = (text, origin);

    public string Text { get; }

    /// <summary>The variable, recipe key or file that held it.</summary>
    public string Origin { get; }

    public override string ToString() => $"token from {Origin}";

    /// <summary>The token of a setting, blanks around it cut; null when there is none.</summary>
    /// <exception cref="UserError">Text that no request may carry; the message names the origin only.</exception>
    public static HubToken? Of(string? text, string origin)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return null;
        return text.Length <= Longest && text.All(letter => letter is > ' ' and < '\u007f')
            ? new HubToken(text, origin) : throw new UserError($"{origin}: holds no token (one word of ASCII letters is expected); copy it again from the hub's settings page");
    }

    /// <summary>The variable wins over the file.</summary>
    public static HubToken? HuggingFace(Func<string, string?> variable, string file) =>
        Of(variable("HF_TOKEN"), "HF_TOKEN") ?? Of(variable("HUGGING_FACE_HUB_TOKEN"), "HUGGING_FACE_HUB_TOKEN") ?? Of(Read(file), file);

    private static string? Read(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists || info.Length > Longest) return null;
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{file}: the token cannot be read ({error.Message}); check its permissions or set HF_TOKEN", inner: error);
        }
    }
}
