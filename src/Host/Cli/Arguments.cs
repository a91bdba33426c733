// Arguments of verbs that take flags instead of a recipe.
namespace FastTune.Cli;

internal static class Arguments
{
    /// <summary>Refuses what is not among <paramref name="allowed"/>.</summary>
    public static void Expect(IReadOnlyList<string> arguments, Verb verb, params ReadOnlySpan<string> allowed)
    {
        foreach (string argument in arguments)
        {
            if (!allowed.Contains(argument))
                throw new UserError($"{verb.Name} takes {(allowed.Length == 0 ? "no arguments" : string.Join(", ", allowed))}, not '{argument}'", exitCode: 2);
        }
    }
}
