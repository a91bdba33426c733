// A SentencePiece .model as a tokenizer: the parts that Hugging Face's conversion of it has.
using System.Text.Json.Nodes;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.SentencePiece;

namespace FastTune.Tokenizers.Files;

internal static class SentencePieceFile
{
    /// <exception cref="UserError">The file is no SentencePiece model.</exception>
    public static (TokenizerPipeline Pipeline, PartsJson Parts, SpecialTokens Special) Load(string path)
    {
        var model = PieceModelReader.Load(path);
        var parts = Parts(model);
        var added = model.Pieces.Select((piece, id) => (piece, id))
            .Where(p => p.piece.Type is PieceType.Control or PieceType.Unknown or PieceType.UserDefined)
            .Select(p => new AddedToken(p.id, p.piece.Text, Special: p.piece.Type != PieceType.UserDefined));
        var special = new SpecialTokens(Name(model, model.BosId), Name(model, model.EosId), Name(model, model.PadId), Name(model, model.UnknownId), []);
        return (GgufTokenizer.Pipeline(model.IsUnigram ? Unigram(model) : Bpe(model), parts, added), parts, special);
    }

    private static UnigramModel Unigram(PieceModel model) =>
        new([.. model.Pieces.Select(p => (p.Text, (double)p.Score))], model.UnknownId, model.ByteFallback);

    private static BpeModel Bpe(PieceModel model)
    {
        var ids = new Dictionary<string, int>();
        for (int id = 0; id < model.Pieces.Count; id++) ids.TryAdd(model.Pieces[id].Text, id);
        bool Merges(int id) => model.Pieces[id].Type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused;
        var merges = SentencePieceMerges.Of([.. model.Pieces.Select(p => p.Text)], [.. model.Pieces.Select(p => p.Score)], ids, Merges);
        return new BpeModel(Vocabulary.Of(ids), merges, new BpeOptions(Name(model, model.UnknownId), FuseUnk: true, ByteFallback: model.ByteFallback));
    }

    private static PartsJson Parts(PieceModel model)
    {
        var normalizers = new JsonArray();
        if (model.Charsmap.Length > 0)
            normalizers.Add(new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(model.Charsmap) });
        if (model.RemoveExtraWhitespaces)
        {
            normalizers.Add(new JsonObject { ["type"] = "Strip", ["strip_left"] = true, ["strip_right"] = true });
            normalizers.Add(new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = " {2,}" }, ["content"] = " " });
        }
        var normalizer = new JsonObject { ["type"] = "Sequence", ["normalizers"] = normalizers };
        var splitter = new JsonObject
        {
            ["type"] = "Metaspace",
            ["replacement"] = "▁",
            ["prepend_scheme"] = model.AddDummyPrefix ? "always" : "never",
            ["split"] = model.IsUnigram,
        };
        string decoder = GgufPreTokenizers.SentencePieceParts(model.AddDummyPrefix).Decoder;
        return new PartsJson(normalizers.Count == 0 ? "null" : normalizer.ToJsonString(TokenizerWriter.Plain), splitter.ToJsonString(TokenizerWriter.Plain), "null", decoder);
    }

    private static string? Name(PieceModel model, int id) => (uint)id < (uint)model.Pieces.Count ? model.Pieces[id].Text : null;
}
