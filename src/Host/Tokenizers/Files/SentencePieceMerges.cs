// SentencePiece's BPE (a score for every piece, no merge list) as merges: two pieces merge if together they are a piece,
// the highest score first.
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.Files;

internal static class SentencePieceMerges
{
    private const int Normal = 1, UserDefined = 4, Unused = 5;

    public static BpeModel Build(GgufTokenizerData data)
    {
        var scores = data.Scores ?? throw new UserError("GGUF file has no tokenizer.ggml.scores: fetch the file again");
        if (scores.Count != data.Tokens.Count) throw new UserError($"GGUF file has {data.Tokens.Count} tokens but {scores.Count} scores: fetch the file again");
        var ids = GgufTokenizer.Ids(data);
        bool Merges(int id) => (data.Types?[id] ?? Normal) is Normal or UserDefined or Unused;
        string? unknown = data.UnkId is { } unk && (uint)unk < (uint)data.Tokens.Count ? data.Tokens[unk] : null;
        return new BpeModel(Vocabulary.Of(ids), Of(data.Tokens, scores, ids, Merges), new BpeOptions(unknown, FuseUnk: true, ByteFallback: true));
    }

    /// <summary>Every way to cut a piece in two pieces is a merge; its rank is the piece's place by falling score, equal
    /// scores sharing a rank so that the leftmost merges first.</summary>
    public static List<Merge> Of(IReadOnlyList<string> tokens, IReadOnlyList<float> scores, Dictionary<string, int> ids, Func<int, bool> merges)
    {
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var output = new List<Merge>();
        int rank = -1;
        float last = float.NaN;
        foreach (int id in Enumerable.Range(0, tokens.Count).Where(merges).OrderByDescending(i => scores[i]))
        {
            if (scores[id] != last) rank++;
            last = scores[id];
            string token = tokens[id];
            for (int cut = 1; cut < token.Length; cut++)
            {
                if (char.IsLowSurrogate(token[cut])) continue;
                if (lookup.TryGetValue(token.AsSpan(0, cut), out int left) && lookup.TryGetValue(token.AsSpan(cut), out int right))
                    output.Add(new Merge(left, right, id, rank));
            }
        }
        return output;
    }
}
