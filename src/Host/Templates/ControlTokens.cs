// Control tokens in texts of the user's: marked before a chat template prints them, and encoded as plain text afterwards.
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>Finds the tokenizer's control tokens in user-given strings. A marked token reads OPEN token CLOSE, where the marks are
/// Unicode noncharacters that no input has, so no text can forge them; the template still sees the token between them.</summary>
internal sealed class ControlTokens
{
    private const char FirstNonCharacter = '\uFDD0', LastNonCharacter = '\uFDEF';

    private readonly string[] _tokens;
    private readonly Tokenizer _tokenizer;
    private readonly char _open, _close;

    /// <param name="inputs">Everything that the template can print; the marks are chosen so that none of it has them.</param>
    public ControlTokens(Tokenizer tokenizer, params IEnumerable<string> inputs)
    {
        _tokenizer = tokenizer;
        _tokens = [.. tokenizer.AddedTokens.OrderByDescending(token => token.Length)];
        var used = inputs.SelectMany(text => text).Where(c => c is >= FirstNonCharacter and <= LastNonCharacter).ToHashSet();
        char[] free = [.. Enumerable.Range(FirstNonCharacter, LastNonCharacter - FirstNonCharacter + 1).Select(c => (char)c).Where(c => !used.Contains(c)).Take(2)];
        if (free.Length < 2) throw PyError.Value("the messages use every Unicode noncharacter, so their control tokens cannot be marked: leave those characters out");
        (_open, _close) = (free[0], free[1]);
    }

    /// <summary>The value with the control tokens in all of its texts marked; keys of dictionaries stay as they are.</summary>
    public object Marked(object value) => value switch
    {
        string text => Marked(text),
        List<object> list => list.Select(Marked).ToList(),
        PyDict dict => Marked(dict),
        _ => value,
    };

    /// <summary>Ids of a rendered text: marked tokens as plain text, everything else as usual. A mark ends a word.</summary>
    public int[] Encode(string rendered)
    {
        var ids = new List<int>();
        int done = 0;
        for (int at = 0; at < rendered.Length; at++)
        {
            if (rendered[at] != _open && rendered[at] != _close) continue;
            ids.AddRange(_tokenizer.Encode(rendered[done..at]));
            done = at + 1;
            if (MarkedAt(rendered, at) is not { } token) continue;
            ids.AddRange(_tokenizer.EncodeInside(token));
            at += token.Length + 1;
            done = at + 1;
        }
        ids.AddRange(_tokenizer.Encode(rendered[done..]));
        return [.. ids];
    }

    private PyDict Marked(PyDict dict)
    {
        var marked = new PyDict();
        foreach (var (key, value) in dict.Items) marked[key] = Marked(value);
        return marked;
    }

    private string Marked(string text)
    {
        var marked = new System.Text.StringBuilder();
        for (int at = 0; at < text.Length;)
        {
            string? token = TokenAt(text, at);
            if (token is null) marked.Append(text[at++]);
            else marked.Append(_open).Append(token).Append(_close);
            at += token?.Length ?? 0;
        }
        return marked.ToString();
    }

    private string? MarkedAt(string text, int at)
    {
        if (text[at] != _open || TokenAt(text, at + 1) is not { } token) return null;
        int end = at + 1 + token.Length;
        return end < text.Length && text[end] == _close ? token : null;
    }

    private string? TokenAt(string text, int at) => Array.Find(_tokens, token => string.CompareOrdinal(text, at, token, 0, token.Length) == 0);
}
