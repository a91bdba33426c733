// Checks of a SentencePiece .model against sentencepiece's own answers and the model's fields.
using FastTune.Tokenizers.SentencePiece;

namespace FastTune.Parity;

internal static class SentencePieceCases
{
    public static IEnumerable<Case> Find(string modelFile)
    {
        string folder = Path.GetDirectoryName(modelFile)!, name = "sentencepiece_" + Path.GetFileName(folder);
        string File(string file) => Path.Combine(folder, file);
        if (System.IO.File.Exists(File("cases.jsonl"))) yield return new Case(name, () => Encoding(modelFile, File("cases.jsonl")));
        if (System.IO.File.Exists(File("decode.jsonl"))) yield return new Case(name + "_decode", () => Decoding(modelFile, File("decode.jsonl")));
        if (System.IO.File.Exists(File("model_fields.json"))) yield return new Case(name + "_fields", () => Fields(modelFile, File("model_fields.json")));
    }

    private static Verdict Encoding(string modelFile, string cases)
    {
        var encoder = new PieceEncoder(PieceModelReader.Load(modelFile));
        return TokenizerCases.All(cases, line =>
        {
            string text = line.Text("text")!, normalized = encoder.Normalize(text);
            if (normalized != line.Text("normalized")) return "normalized " + GoldenJson.Difference(line.Text("normalized")!, normalized);
            var pieces = encoder.Encode(text);
            int[] ids = [.. pieces.Select(p => p.Id)];
            if (TokenizerCases.Ids("ids", line, ids) is { } wrong) return wrong;
            if (!pieces.Select(p => p.Text).SequenceEqual(line.Texts("pieces"))) return $"pieces: got {string.Join(' ', pieces.Select(p => p.Text))}";
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
            var surface = pieces.Select(p => (System.Text.Encoding.UTF8.GetString(bytes, p.Start, p.End - p.Start), p.Start, p.End));
            var expected = line.GetProperty("surface").EnumerateArray().Select(s => (s[0].GetString()!, s[1].GetInt32(), s[2].GetInt32()));
            if (!surface.SequenceEqual(expected)) return $"surface: expected {string.Join(' ', expected)}, got {string.Join(' ', surface)}".ReplaceLineEndings("⏎");
            string decoded = encoder.Decode(ids);
            return decoded == line.Text("decoded") ? null : "decoded " + GoldenJson.Difference(line.Text("decoded")!, decoded);
        });
    }

    private static Verdict Decoding(string modelFile, string cases)
    {
        var encoder = new PieceEncoder(PieceModelReader.Load(modelFile));
        return TokenizerCases.All(cases, line =>
        {
            string got = encoder.Decode([.. line.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())]);
            return got == line.Text("decoded") ? null : GoldenJson.Difference(line.Text("decoded")!, got);
        });
    }

    private static Verdict Fields(string modelFile, string golden)
    {
        var model = PieceModelReader.Load(modelFile);
        var root = GoldenJson.Load(golden);
        var normalizer = root.GetProperty("normalizer");
        string[] types = ["", "normal", "unknown", "control", "user_defined", "unused", "byte"];
        bool same = root.Text("model_type") == (model.IsUnigram ? "unigram" : "bpe") && root.Flag("byte_fallback") == model.ByteFallback
            && root.Flag("treat_whitespace_as_suffix") == model.SuffixWhitespace && root.Text("unk_surface") == model.UnknownSurface
            && (root.GetProperty("unk_id").GetInt32(), root.GetProperty("bos_id").GetInt32(), root.GetProperty("eos_id").GetInt32(), root.GetProperty("pad_id").GetInt32()) == (model.UnknownId, model.BosId, model.EosId, model.PadId)
            && (normalizer.Flag("add_dummy_prefix"), normalizer.Flag("remove_extra_whitespaces"), normalizer.Flag("escape_whitespaces")) == (model.AddDummyPrefix, model.RemoveExtraWhitespaces, model.EscapeWhitespaces)
            && (normalizer.Text("precompiled_charsmap_base64") is var charsmap && (charsmap == Convert.ToBase64String(model.Charsmap) || charsmap == $"{model.Charsmap.Length} bytes"));
        if (!same) return Verdict.Fail("a field differs");
        var expected = root.GetProperty("pieces").EnumerateArray().Select(p => (p[0].GetString()!, p[1].GetSingle(), p[2].GetString()!));
        return expected.SequenceEqual(model.Pieces.Select(p => (p.Text, p.Score, types[(int)p.Type]))) ? Verdict.Pass(0, $"{model.Pieces.Count} pieces") : Verdict.Fail("the pieces differ");
    }
}
