// Flags of verbs that take names and --flags instead of a recipe: --flag VALUE, --flag=VALUE, and switches.
namespace FastTune.Cli;

internal sealed class Flags
{
    private readonly Dictionary<string, List<string>> given = [];

    /// <param name="valued">Flags that take a value, and may be repeated.</param>
    /// <param name="switches">Flags without a value.</param>
    /// <exception cref="UserError">A flag that is neither, or one without its value.</exception>
    public Flags(Verb verb, IReadOnlyList<string> arguments, string[] valued, string[] switches)
    {
        var names = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                names.Add(argument);
                continue;
            }
            string[] parts = argument.Split('=', 2);
            if (valued.Contains(parts[0]))
            {
                string value = parts.Length == 2 ? parts[1] : ++i < arguments.Count ? arguments[i] : throw new UserError($"{verb.Name}: {parts[0]} needs a value", exitCode: 2);
                (given.TryGetValue(parts[0], out var values) ? values : given[parts[0]] = []).Add(value);
            }
            else if (switches.Contains(argument))
            {
                given[argument] = [];
            }
            else
            {
                throw new UserError($"{verb.Name} knows no {parts[0]}{Config.Nearest.Hint(parts[0], valued.Concat(switches))}; it takes {string.Join(", ", valued.Concat(switches))}", exitCode: 2);
            }
        }
        Names = names;
    }

    /// <summary>What is no flag, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    public bool Has(string flag) => given.ContainsKey(flag);

    public IReadOnlyList<string> All(string flag) => given.TryGetValue(flag, out var values) ? values : [];

    /// <summary>The value of a flag that is given at most once in its meaning: the last one counts.</summary>
    public string? Last(string flag) => All(flag) is { Count: > 0 } values ? values[^1] : null;
}
