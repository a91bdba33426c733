// Calls written as tags with a parameter a tag (`minimax2`, `qwen3_5`, `seed_oss`): one writer and one reader over their marks.
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates;

/// <summary>The marks of one such format.</summary>
/// <param name="Open">In front of a call (qwen3_5, seed_oss) or of all calls (minimax2).</param>
/// <param name="EndName">Ends the tag that begins with <paramref name="Function"/> and a name.</param>
/// <param name="Pad">Stands between a tag and the value inside it.</param>
internal sealed record TagMarks(
    string Open, string Close, string Function, string EndName, string CloseFunction,
    string Parameter, string EndKey, string CloseParameter, string Pad)
{
    /// <summary>The text of one function tag with its parameters.</summary>
    public string Write(Call call)
    {
        var builder = new StringBuilder(Function).Append(call.Name).Append(EndName);
        foreach (var (key, value) in call.Named.Items)
            builder.Append('\n').Append(Parameter).Append(key).Append(EndKey).Append(Pad).Append(ToolText.Unquoted(value)).Append(Pad).Append(CloseParameter);
        return builder.Append('\n').Append(CloseFunction).ToString();
    }

    /// <summary>Reads one function tag that stands at <paramref name="at"/>, and moves behind it; null when there is none.</summary>
    public Call? Read(string output, ref int at, ToolSchemas schemas)
    {
        if (!ToolText.Has(output, at, Function)) return null;
        int start = ToolText.SkipSpace(output, at + Function.Length);
        int end = start;
        while (end < output.Length && !char.IsWhiteSpace(output[end]) && output[end] is not ('<' or '>' or '"')) end++;
        if (end == start) return null;
        string name = output[start..end];
        int place = ToolText.SkipSpace(output, ToolText.Has(output, end, EndName) ? end + EndName.Length : end);
        if (ReadParameters(output, ref place, name, schemas) is not { } arguments) return null;
        at = place;
        return new Call(name, arguments);
    }

    private PyDict? ReadParameters(string output, ref int place, string name, ToolSchemas schemas)
    {
        var arguments = new PyDict();
        while (ToolText.Has(output, place, Parameter))
        {
            int key = place + Parameter.Length;
            int keyEnd = output.IndexOf(EndKey, key, StringComparison.Ordinal);
            int value = keyEnd + EndKey.Length;
            int valueEnd = keyEnd < 0 ? -1 : ToolText.FindClose(output, value, CloseParameter, Parameter, CloseFunction);
            if (valueEnd < 0) return null;
            string parameter = output[key..keyEnd];
            arguments[parameter] = schemas.Value(name, parameter, Unpadded(output[value..valueEnd]));
            place = ToolText.SkipSpace(output, valueEnd + CloseParameter.Length);
        }
        if (!ToolText.Has(output, place, CloseFunction)) return null;
        place += CloseFunction.Length;
        return arguments;
    }

    private string Unpadded(string value)
    {
        if (Pad.Length == 0) return value;
        int start = value.StartsWith(Pad, StringComparison.Ordinal) ? Pad.Length : 0;
        int end = value.Length - start >= Pad.Length && value.EndsWith(Pad, StringComparison.Ordinal) ? value.Length - Pad.Length : value.Length;
        return value[start..end];
    }

    /// <summary>Reads every call that stands between its own opening and closing mark, whatever text stands around them.</summary>
    public List<Call>? ReadEach(string output, ToolSchemas schemas)
    {
        var calls = new List<Call>();
        for (int at = output.IndexOf(Open, StringComparison.Ordinal); at >= 0; at = output.IndexOf(Open, at, StringComparison.Ordinal))
        {
            int place = ToolText.SkipSpace(output, at + Open.Length);
            var call = Read(output, ref place, schemas);
            at += Open.Length;
            if (call is null || !ToolText.Has(output, ToolText.SkipSpace(output, place), Close)) continue;
            calls.Add(call);
            at = place;
        }
        return calls.Count == 0 ? null : calls;
    }
}
