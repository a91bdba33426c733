// Cutting normalized text into SentencePiece's pieces: the best path (unigram) or merges by score (BPE).
using System.Text;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.SentencePiece;

internal sealed class PieceSegmenter
{
    private const float UnknownPenalty = 10;

    private readonly PieceModel model;
    private readonly PieceNormalizer normalizer;
    private readonly Dictionary<string, int> ids = [];
    private readonly ByteTrie trie = new();
    private readonly MergeTable merges;
    private readonly float lowest = float.MaxValue, highest = float.MinValue;

    public PieceSegmenter(PieceModel model, PieceNormalizer normalizer)
    {
        (this.model, this.normalizer) = (model, normalizer);
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            if (piece.Type is not (PieceType.Normal or PieceType.UserDefined or PieceType.Unused)) continue;
            ids.TryAdd(piece.Text, id);
            if (model.IsUnigram && piece.Type != PieceType.Unused) trie.Add(Encoding.UTF8.GetBytes(piece.Text), id);
            if (piece.Type != PieceType.Normal) continue;
            (lowest, highest) = (Math.Min(lowest, piece.Score), Math.Max(highest, piece.Score));
        }
        string[] texts = [.. model.Pieces.Select(p => p.Text)];
        float[] scores = [.. model.Pieces.Select(p => p.Score)];
        merges = new MergeTable(model.IsUnigram ? [] : SentencePieceMerges.Of(texts, scores, ids, id => ids.TryGetValue(texts[id], out int own) && own == id));
    }

    /// <summary>Length in bytes and id of each piece, in order.</summary>
    public List<(int Length, int Id)> Segment(byte[] text) => model.IsUnigram ? BestPath(text) : Merge(text);

    private List<(int, int)> Merge(byte[] text)
    {
        var output = new List<(int, int)>();
        var symbols = new List<int>();
        var lengths = new List<int>();
        void Flush()
        {
            int[] row = [.. symbols], covered = [.. lengths];
            int count = Merger.Run(merges, row, covered);
            for (int i = 0; i < count; i++) output.Add((covered[i], row[i] < model.Pieces.Count ? row[i] : model.UnknownId));
            symbols.Clear();
            lengths.Clear();
        }
        for (int at = 0; at < text.Length;)
        {
            int frozen = normalizer.UserDefinedPrefix(text.AsSpan(at));
            int length = frozen > 0 ? frozen : CharacterLength(text, at);
            bool known = ids.TryGetValue(Encoding.UTF8.GetString(text, at, length), out int id);
            if (frozen > 0) Flush();
            // An id beyond the pieces stands for an unknown character: no merge has it.
            symbols.Add(known ? id : model.Pieces.Count);
            lengths.Add(length);
            if (frozen > 0) Flush();
            at += length;
        }
        Flush();
        return output;
    }

    private List<(int, int)> BestPath(byte[] text)
    {
        var best = new (int Id, float Score, int Start)[text.Length + 1];
        Array.Fill(best, (0, 0f, -1));
        for (int start = 0; start < text.Length;)
        {
            int length = CharacterLength(text, start), node = 0;
            float here = best[start].Score;
            bool single = false;
            for (int i = start; i < text.Length && (node = trie.Step(node, text[i])) > 0; i++)
            {
                int id = trie.Value(node);
                if (id < 0) continue;
                float score = here + (model.Pieces[id].Type == PieceType.UserDefined ? (i + 1 - start) * highest - 0.1f : model.Pieces[id].Score);
                if (best[i + 1].Start < 0 || score > best[i + 1].Score) best[i + 1] = (id, score, start);
                single |= i + 1 - start == length;
            }
            ref var next = ref best[start + length];
            float unknown = here + lowest - UnknownPenalty;
            if (!single && (next.Start < 0 || unknown > next.Score)) next = (model.UnknownId, unknown, start);
            start += length;
        }
        var output = new List<(int, int)>();
        for (int end = text.Length; end > 0; end = best[end].Start) output.Add((end - best[end].Start, best[end].Id));
        output.Reverse();
        return output;
    }

    private static int CharacterLength(byte[] text, int at) =>
        Math.Min(text.Length - at, text[at] < 0x80 ? 1 : text[at] < 0xE0 ? 2 : text[at] < 0xF0 ? 3 : 4);
}
