// A rule across keys: when it is broken, and the one line that says so and what to do.
namespace FastTune.Config;

/// <param name="Broken">True when the settings contradict each other.</param>
/// <param name="Message">What is wrong and the remedy, in the recipe's own keys.</param>
internal sealed record Rule(Func<Settings, bool> Broken, string Message)
{
    /// <summary>Shares at or below this count as zero, as in LLaMA-Factory.</summary>
    public const double Nothing = 1e-6;

    public static void Check(IEnumerable<Rule> rules, Settings settings, string place)
    {
        foreach (var rule in rules)
        {
            if (rule.Broken(settings)) throw new UserError($"{place}: {rule.Message}");
        }
    }
}
