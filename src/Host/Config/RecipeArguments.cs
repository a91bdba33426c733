// A verb's arguments: an optional recipe file, then key=value, --key value and --key=value in any mixture.
namespace FastTune.Config;

/// <summary>The arguments taken apart.</summary>
/// <param name="File">The recipe file, or null.</param>
/// <param name="Settings">Keys and the texts given for them, in order; a null text: none was given.</param>
internal sealed record RecipeArguments(string? File, IReadOnlyList<(string Key, string? Text)> Settings)
{
    /// <summary>Takes <paramref name="arguments"/> apart; the first is the file unless it is a setting.</summary>
    public static RecipeArguments Parse(IReadOnlyList<string> arguments)
    {
        int next = 0;
        string? file = null;
        if (arguments.Count > 0 && !IsFlag(arguments[0]) && !arguments[0].Contains('=')) file = arguments[next++];
        var settings = new List<(string, string?)>();
        while (next < arguments.Count)
        {
            string argument = arguments[next++];
            int equals = argument.IndexOf('=');
            string? text = equals < 0 ? null : argument[(equals + 1)..];
            string key = equals < 0 ? argument : argument[..equals];
            if (IsFlag(argument))
            {
                key = key[2..].Replace('-', '_');
                text ??= next < arguments.Count && IsValue(arguments[next]) ? arguments[next++] : "true";
            }
            if (key.Length == 0) throw new UserError($"'{argument}' names no key; write key=value", exitCode: 2);
            settings.Add((key, text));
        }
        return new RecipeArguments(file, settings);
    }

    private static bool IsFlag(string argument) => argument.StartsWith("--", StringComparison.Ordinal);

    /// <summary>What follows a flag is its value unless it is a flag or a key=value of its own.</summary>
    private static bool IsValue(string argument)
    {
        if (IsFlag(argument)) return false;
        int equals = argument.IndexOf('=');
        return equals <= 0 || argument.AsSpan(0, equals).ContainsAnyExcept(KeyLetters);
    }

    private static readonly System.Buffers.SearchValues<char> KeyLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.");
}
