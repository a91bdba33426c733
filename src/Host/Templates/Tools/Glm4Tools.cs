// The tool format `glm4`: tools as indented JSON under headings, one call as its name and, on the next line, its arguments.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Glm4Tools
{
    private const string Prompt =
        "你是一个名为 ChatGLM 的人工智能助手。你是基于智谱 AI 公司训练的语言模型 GLM-4 模型开发的，"
        + "你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        Prompt + string.Concat(tools.Select(ToolFormats.Bare).Select(tool =>
            $"\n\n## {ToolFormats.NameOf(tool)}\n\n{PyJsonWriter.Write(tool, PyJsonOptions.Indented)}\n在调用上述函数时，请使用 Json 格式表示调用的参数。"));

    public static string Calls(IReadOnlyList<Call> calls)
    {
        if (calls.Count != 1) throw new UserError($"a function message has {calls.Count} calls; the tool format glm4 can express exactly one");
        return $"{calls[0].Name}\n{PyJsonWriter.Write(calls[0].Arguments)}";
    }

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        string text = ToolText.AfterThought(output);
        for (int line = text.IndexOf('\n'); line >= 0; line = text.IndexOf('\n', line + 1))
        {
            int start = ToolText.SkipSpace(text, line);
            if (start == text.Length || text[start] != '{') continue;
            if (PyJsonReader.TryRead(text.AsSpan(start)) is not PyDict arguments) continue;
            return NameIn(text[..line], schemas) is { } name ? [new Call(name, arguments)] : null;
        }
        return null;
    }

    // A known tool may follow text on its line; an unknown one must be the line, and look like a name.
    private static string? NameIn(string front, ToolSchemas schemas)
    {
        string line = front[(front.LastIndexOf('\n') + 1)..];
        string? known = schemas.Names.Where(name => line.EndsWith(name, StringComparison.Ordinal)).MaxBy(name => name.Length);
        if (known is not null) return known;
        bool named = line.Length > 0 && line.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.');
        return named ? line : null;
    }
}
