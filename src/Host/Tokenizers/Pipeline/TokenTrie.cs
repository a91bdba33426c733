// Finds added tokens in a text: at the leftmost place the longest one.
using System.Buffers;

namespace FastTune.Tokenizers.Pipeline;

internal sealed class TokenTrie
{
    private sealed class Node
    {
        public readonly Dictionary<char, Node> Next = [];
        public int Token = -1;
    }

    private readonly Node root = new();
    private readonly SearchValues<char> firsts;

    /// <param name="keys">Texts to find, none empty, and the number that stands for each.</param>
    public TokenTrie(IEnumerable<(string Text, int Token)> keys)
    {
        foreach (var (text, token) in keys)
        {
            var node = root;
            foreach (char c in text)
            {
                if (!node.Next.TryGetValue(c, out var next)) node.Next.Add(c, next = new Node());
                node = next;
            }
            node.Token = token;
        }
        firsts = SearchValues.Create([.. root.Next.Keys]);
    }

    public bool IsEmpty => root.Next.Count == 0;

    /// <summary>The next match at or behind <paramref name="from"/>; Token is -1 when there is none.</summary>
    public (int Start, int End, int Token) Find(ReadOnlySpan<char> text, int from)
    {
        while (true)
        {
            int skip = text[from..].IndexOfAny(firsts);
            if (skip < 0) return (text.Length, text.Length, -1);
            from += skip;
            int end = Longest(text, from, out int token);
            if (token >= 0) return (from, end, token);
            from++;
        }
    }

    private int Longest(ReadOnlySpan<char> text, int start, out int token)
    {
        token = -1;
        int end = start;
        var node = root;
        for (int i = start; i < text.Length && node.Next.TryGetValue(text[i], out node!); i++)
            if (node.Token >= 0) (token, end) = (node.Token, i + 1);
        return end;
    }
}
