// The tool format `seed_oss`: tools as one JSON list, a <seed:tool_call> with <function> and <parameter> tags a call.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class SeedTools
{
    private static readonly TagMarks Marks = new(
        "<seed:tool_call>", "</seed:tool_call>", "<function=", ">", "</function>", "<parameter=", ">", "</parameter>", "");

    private const string Intro =
        "system\nYou are Doubao, a helpful AI assistant. You may call one or more functions to assist with the user query."
        + "Tool List:\nYou are authorized to use the following tools (described in JSON Schema format). Before performing "
        + "any task, you must decide how to call them based on the descriptions and parameters of these tools.";

    private const string Usage =
        "工具调用请遵循如下格式:\n<seed:tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>value_1"
        + "</parameter>\n<parameter=example_parameter_2>This is the value for the second parameter\nthat can span\nmultiple "
        + "lines</parameter>\n</function>\n</seed:tool_call>\n";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        AnyTools(tools.ToList<object>());

    public static string AnyTools(object tools) => $"{Intro}\n{PyJsonWriter.Write(tools)}\n{Usage}";

    public static string Calls(IReadOnlyList<Call> calls) =>
        string.Join('\n', calls.Select(call => $"\n{Marks.Open}\n{Marks.Write(call)}\n{Marks.Close}"));

    public static List<Call>? Read(string output, ToolSchemas schemas) => Marks.ReadEach(output, schemas);
}
