// A value as a recipe holds it, before any key gives it a type: scalar, list or map, with the line it stands on.
namespace FastTune.Config;

/// <summary>A parsed value. <see cref="Line"/> is 1-based; 0 means the command line, −1 somewhere in the file.</summary>
internal abstract record ConfigNode(int Line)
{
    /// <summary>The plain value: null, bool, long, BigInteger, double, string, list or map of these.</summary>
    public abstract object? ToObject();
}

/// <summary>A scalar: its value under YAML 1.1 and the text it was written as.</summary>
internal sealed record ScalarNode(object? Value, string Text, int Line) : ConfigNode(Line)
{
    public override object? ToObject() => Value;
}

internal sealed record ListNode(IReadOnlyList<ConfigNode> Items, int Line) : ConfigNode(Line)
{
    public override object? ToObject() => Items.Select(item => item.ToObject()).ToList();
}

internal sealed record MapNode(Dictionary<string, ConfigNode> Items, int Line) : ConfigNode(Line)
{
    public override object? ToObject() => Items.ToDictionary(pair => pair.Key, pair => pair.Value.ToObject());
}
