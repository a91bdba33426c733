// The parameter types of a tool list: what tells the text "123" from the number when a format writes values without quotes.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal sealed class ToolSchemas
{
    private readonly Dictionary<string, PyDict> _properties = new(StringComparer.Ordinal);

    /// <summary>The schemas of a tool list as JSON text; null or text that is none gives no schemas.</summary>
    public static ToolSchemas From(string? tools)
    {
        var schemas = new ToolSchemas();
        if (tools is null || PyJsonReader.TryRead(tools) is not List<object> list) return schemas;
        foreach (var item in list.OfType<PyDict>())
        {
            var tool = item.Find("type") is "function" ? item.Find("function") as PyDict : item;
            if (tool?.Find("name") is string name)
                schemas._properties[name] = (tool.Find("parameters") as PyDict)?.Find("properties") as PyDict ?? new PyDict();
        }
        return schemas;
    }

    public IEnumerable<string> Names => _properties.Keys;

    public bool Knows(string tool) => _properties.ContainsKey(tool);

    /// <summary>The value that <paramref name="raw"/> stands for: a text where the schema says so, else JSON if it reads as such.</summary>
    public object Value(string tool, string parameter, string raw)
    {
        bool known = _properties.TryGetValue(tool, out var properties);
        object? type = known ? (properties!.Find(parameter) as PyDict)?.Find("type") : null;
        if (type is "string") return raw;
        object? json = PyJsonReader.TryRead(raw.Trim());
        if (type is List<object> types && types.Contains("string") && !(json is PyNone && types.Contains("null"))) return raw;
        return json ?? raw;
    }
}
