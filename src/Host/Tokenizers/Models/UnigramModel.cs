// SentencePiece's unigram model: the segmentation with the highest sum of scores (Viterbi), as the tokenizers library finds it.
using System.Text;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Models;

internal sealed class UnigramModel : IModel
{
    private const double UnknownPenalty = 10;

    private readonly ByteTrie trie = new();
    private readonly double unknownScore;

    /// <param name="pieces">Texts and scores in id order.</param>
    /// <param name="unknown">Id of the unknown token, or null.</param>
    public UnigramModel(IReadOnlyList<(string Text, double Score)> pieces, int? unknown, bool byteFallback)
    {
        (Pieces, Unknown, ByteFallback) = (pieces, unknown, byteFallback);
        var ids = new Dictionary<string, int>(pieces.Count);
        double lowest = double.PositiveInfinity;
        for (int id = 0; id < pieces.Count; id++)
        {
            ids[pieces[id].Text] = id;
            lowest = Math.Min(lowest, pieces[id].Score);
        }
        foreach (var (text, id) in ids) trie.Add(Encoding.UTF8.GetBytes(text), id);
        unknownScore = lowest - UnknownPenalty;
        Vocabulary = Vocabulary.Of(ids);
    }

    public Vocabulary Vocabulary { get; }

    public IReadOnlyList<(string Text, double Score)> Pieces { get; }

    public int? Unknown { get; }

    public bool ByteFallback { get; }

    public void Tokenize(string piece, List<Token> tokens)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(piece);
        foreach (var (start, end) in Segments(bytes, piece)) Emit(bytes.AsSpan(start, end - start), start, end, piece, tokens);
    }

    private readonly record struct Node(int Id, double Score, int Start);

    private List<(int Start, int End)> Segments(byte[] bytes, string piece)
    {
        var best = new Node[bytes.Length + 1];
        Array.Fill(best, new Node(0, 0, -1));
        for (int start = 0; start < bytes.Length;)
        {
            int length = CharacterLength(bytes[start]);
            double here = best[start].Score;
            bool single = false;
            int node = 0;
            for (int i = start; i < bytes.Length && (node = trie.Step(node, bytes[i])) > 0; i++)
            {
                int id = trie.Value(node);
                if (id < 0) continue;
                Offer(ref best[i + 1], id, here + Pieces[id].Score, start);
                single |= i + 1 - start == length;
            }
            if (!single)
            {
                ref var target = ref best[start + length];
                if (target.Start < 0 || here + unknownScore > target.Score)
                    target = new Node(Unknown ?? throw ModelErrors.NoUnknown(piece), here + unknownScore, start);
            }
            start += length;
        }
        return Backtrack(best, bytes.Length);
    }

    private static void Offer(ref Node target, int id, double score, int start)
    {
        if (target.Start < 0 || score > target.Score) target = new Node(id, score, start);
    }

    /// <summary>The best path from its end; neighbouring unknowns become one segment.</summary>
    private List<(int Start, int End)> Backtrack(Node[] best, int end)
    {
        var segments = new List<(int Start, int End)>();
        bool fusing = false;
        while (end > 0)
        {
            bool isUnknown = best[end].Id == Unknown;
            if (isUnknown && fusing) segments[^1] = (best[end].Start, segments[^1].End);
            else segments.Add((best[end].Start, end));
            fusing = isUnknown;
            end = best[end].Start;
        }
        segments.Reverse();
        return segments;
    }

    private void Emit(ReadOnlySpan<byte> bytes, int start, int end, string piece, List<Token> tokens)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (Vocabulary.Find(text) is { } id)
        {
            tokens.Add(new Token(id, text, start, end));
            return;
        }
        int before = tokens.Count;
        foreach (byte b in ByteFallback ? bytes : [])
        {
            string name = $"<0x{b:X2}>";
            if (Vocabulary.Find(name) is { } byteId) tokens.Add(new Token(byteId, name, start, end));
            else break;
        }
        if (ByteFallback && tokens.Count - before == bytes.Length) return;
        tokens.RemoveRange(before, tokens.Count - before);
        tokens.Add(new Token(Unknown ?? throw ModelErrors.NoUnknown(piece), text, start, end));
    }

    /// <summary>Bytes of the UTF-8 character that begins with this byte.</summary>
    internal static int CharacterLength(byte lead) => lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}
