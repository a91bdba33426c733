// Reads JSON values back so that they print as they were: 1 stays an integer, 1.0 a float.
using System.Text.Json;

namespace FastTune.Train.Log;

internal static class PythonValue
{
    /// <summary>null, bool, long, double, string, list or map of these.</summary>
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText().AsSpan().IndexOfAny(".eE") < 0 && element.TryGetInt64(out long whole) ? (object)whole : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(Of).ToList(),
        _ => element.EnumerateObject().ToDictionary(pair => pair.Name, pair => Of(pair.Value)),
    };
}
