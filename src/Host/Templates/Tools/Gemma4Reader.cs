// Reads values in Gemma's notation: {key:value,…}, […], <|"|>text<|"|>, and JSON's numbers and words.
using FastTune.Templates.Values;

namespace FastTune.Templates;

/// <summary>Reads from <see cref="At"/>, which moves behind what was read; null where the notation is broken.</summary>
internal ref struct Gemma4Reader(string text, int at)
{
    private const int MaxDepth = 256;

    public int At { get; private set; } = at;

    /// <summary>The object whose brace stands at <see cref="At"/>.</summary>
    public PyDict? ReadObject(int depth)
    {
        if (depth > MaxDepth || !Skip("{")) return null;
        var result = new PyDict();
        if (Skip("}")) return result;
        while (true)
        {
            if (ReadKey() is not { } key || ReadValue(depth + 1) is not { } value) return null;
            result[key] = value;
            if (Skip("}")) return result;
            if (!Skip(",")) return null;
        }
    }

    private List<object>? ReadArray(int depth)
    {
        if (depth > MaxDepth || !Skip("[")) return null;
        var result = new List<object>();
        if (Skip("]")) return result;
        while (true)
        {
            if (ReadValue(depth + 1) is not { } value) return null;
            result.Add(value);
            if (Skip("]")) return result;
            if (!Skip(",")) return null;
        }
    }

    private object? ReadValue(int depth)
    {
        SkipSpace();
        if (ToolText.Has(text, At, Gemma4Tools.Quote)) return ReadQuoted();
        if (ToolText.Has(text, At, "{")) return ReadObject(depth);
        if (ToolText.Has(text, At, "[")) return ReadArray(depth);
        try
        {
            object value = PyJsonReader.ReadPrefix(text.AsSpan(At), out int length);
            At += length;
            SkipSpace();
            return value;
        }
        catch (PyError)
        {
            return null;
        }
    }

    private string? ReadKey()
    {
        SkipSpace();
        if (ToolText.Has(text, At, Gemma4Tools.Quote))
            return ReadQuoted() is { } quoted && Skip(":") ? quoted : null;
        int end = text.IndexOf(':', At);
        if (end <= At) return null;
        string key = text[At..end].Trim();
        At = end + 1;
        return key;
    }

    private string? ReadQuoted()
    {
        int start = At + Gemma4Tools.Quote.Length;
        int end = text.IndexOf(Gemma4Tools.Quote, start, StringComparison.Ordinal);
        if (end < 0) return null;
        At = end + Gemma4Tools.Quote.Length;
        SkipSpace();
        return text[start..end];
    }

    private bool Skip(string mark)
    {
        SkipSpace();
        if (!ToolText.Has(text, At, mark)) return false;
        At += mark.Length;
        if (mark is not ("}" or "]")) SkipSpace();
        return true;
    }

    private void SkipSpace() => At = ToolText.SkipSpace(text, At);
}
