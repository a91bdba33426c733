// The tool format `qwen3_5`: tools as JSON lines, a <tool_call> with <function> and <parameter> tags a call, values on their own lines.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Qwen35Tools
{
    private static readonly TagMarks Marks = new(
        "<tool_call>", "</tool_call>", "<function=", ">", "</function>", "<parameter=", ">", "</parameter>", "\n");

    private const string Usage =
        "If you choose to call a function ONLY reply in the following format with NO suffix:\n\n"
        + "<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\nvalue_1\n</parameter>\n"
        + "<parameter=example_parameter_2>\nThis is the value for the second parameter\nthat can span\nmultiple lines\n"
        + "</parameter>\n</function>\n</tool_call>\n\n<IMPORTANT>\nReminder:\n"
        + "- Function calls MUST follow the specified format: "
        + "an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags\n"
        + "- Required parameters MUST be specified\n"
        + "- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after\n"
        + "- If there is no function call available, answer the question like normal with your current knowledge "
        + "and do not tell the user about function calls\n</IMPORTANT>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        $"\n\n# Tools\n\nYou have access to the following functions:\n\n<tools>{ToolText.JsonLines(tools, ToolFormats.Bare)}\n</tools>\n\n{Usage}";

    public static string Calls(IReadOnlyList<Call> calls) =>
        string.Join('\n', calls.Select(call => $"{Marks.Open}\n{Marks.Write(call)}\n{Marks.Close}"));

    public static List<Call>? Read(string output, ToolSchemas schemas) => Marks.ReadEach(output, schemas);
}
