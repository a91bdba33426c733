// The tool format `llama3` (Llama 3.1's JSON tool calling): a system text with the day and indented JSON, calls as plain JSON.
using System.Globalization;
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Llama3Tools
{
    private const string Prompt =
        "You have access to the following functions. To call a function, please respond with JSON for a function call. "
        + "Respond in the format {\"name\": function name, \"parameters\": dictionary of argument name and its value}. "
        + "Do not use variables.\n\n";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        $"Cutting Knowledge Date: December 2023\nToday Date: {today.ToString("dd MMM yyyy", CultureInfo.InvariantCulture)}\n\n{Prompt}"
        + string.Concat(tools.Select(tool => PyJsonWriter.Write(ToolFormats.Wrapped(tool), PyJsonOptions.Indented) + "\n\n"));

    public static string Calls(IReadOnlyList<Call> calls)
    {
        var items = calls.Select(object (call) => new PyDict { ["name"] = call.Name, ["parameters"] = call.Arguments }).ToList();
        return PyJsonWriter.Write(items.Count == 1 ? items[0] : items);
    }

    public static List<Call>? Read(string output, ToolSchemas schemas) => ToolText.JsonAtEnd(output, "parameters");
}
