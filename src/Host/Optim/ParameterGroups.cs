// Which parameters decay: the optimizer's two groups, told apart by name.
using System.Text.RegularExpressions;

namespace FastTune.Optim;

/// <summary>Parameters that share hyper-parameters, in model order.</summary>
public sealed record ParameterGroup(IReadOnlyList<string> Names, double WeightDecay);

/// <summary>transformers' grouping: biases and every kind of norm do not decay; embedding, head and adapters do.</summary>
public static partial class ParameterGroups
{
    /// <summary>The decaying group, then the other one; either may be empty, both are always there.</summary>
    public static IReadOnlyList<ParameterGroup> Split(IEnumerable<string> names, double weightDecay)
    {
        var decays = names.ToLookup(name => !Spared().IsMatch(name));
        return [new([.. decays[true]], weightDecay), new([.. decays[false]], 0)];
    }

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Spared();
}
