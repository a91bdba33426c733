// The two models that look words up: WordLevel the whole word, WordPiece its longest known beginnings.
using System.Text;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Models;

internal sealed class WordLevelModel(Vocabulary vocabulary, string unknown) : IModel
{
    public Vocabulary Vocabulary => vocabulary;

    public string Unknown => unknown;

    public void Tokenize(string piece, List<Token> tokens)
    {
        int size = Encoding.UTF8.GetByteCount(piece);
        if (vocabulary.Find(piece) is { } id) tokens.Add(new Token(id, piece, 0, size));
        else tokens.Add(new Token(vocabulary.Find(unknown) ?? throw ModelErrors.NoUnknown(piece), unknown, 0, size));
    }
}

internal sealed class WordPieceModel(Vocabulary vocabulary, string unknown, string prefix, int maxCharacters) : IModel
{
    public Vocabulary Vocabulary => vocabulary;

    public string Unknown => unknown;

    public string Prefix => prefix;

    public int MaxCharacters => maxCharacters;

    public void Tokenize(string piece, List<Token> tokens)
    {
        int first = tokens.Count;
        bool bad = Unicode.CodePoints.Count(piece) > maxCharacters;
        int bytes = 0;
        for (int start = 0; start < piece.Length && !bad;)
        {
            int end = LongestFrom(piece, start, out string text);
            bad = end == start;
            if (bad) break;
            int size = Encoding.UTF8.GetByteCount(piece.AsSpan(start, end - start));
            tokens.Add(new Token(vocabulary.Find(text)!.Value, text, bytes, bytes + size));
            bytes += size;
            start = end;
        }
        if (!bad) return;
        tokens.RemoveRange(first, tokens.Count - first);
        tokens.Add(new Token(vocabulary.Find(unknown) ?? throw ModelErrors.NoUnknown(piece), unknown, 0, Encoding.UTF8.GetByteCount(piece)));
    }

    private int LongestFrom(string piece, int start, out string text)
    {
        for (int end = piece.Length; end > start; end--)
        {
            if (end < piece.Length && char.IsLowSurrogate(piece[end])) continue;
            text = start > 0 ? prefix + piece[start..end] : piece[start..end];
            if (vocabulary.Find(text) is not null) return end;
        }
        text = "";
        return start;
    }
}
