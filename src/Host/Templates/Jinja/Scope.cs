// The names that a part of a template sees: its own first, then those around it.
namespace FastTune.Templates.Jinja;

/// <param name="parent">The scope around this one; null for the template's own.</param>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, object>? _names;

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._names is { } names && names.TryGetValue(name, out var value)) return value;
        return null;
    }

    public void Set(string name, object value) => (_names ??= new(StringComparer.Ordinal))[name] = value;

    private Scope? Parent { get; } = parent;
}
