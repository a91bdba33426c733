// The whole way from text to tokens and back, with alignments; every tokenizer can run it, and fast paths are held to it.
using System.Text;
using FastTune.Tokenizers.Decoders;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.PostProcessors;
using FastTune.Tokenizers.PreTokenizers;

namespace FastTune.Tokenizers.Pipeline;

/// <summary>The parts of a tokenizer.json; a part that the file leaves out is null.</summary>
internal sealed record TokenizerPipeline(
    IModel Model, AddedVocabulary Added, INormalizer? Normalizer, IPreTokenizer? PreTokenizer,
    IPostProcessor? PostProcessor, IDecoder? Decoder)
{
    /// <summary>Tokens of one text without special tokens around it.</summary>
    public Encoded Encode(string text, bool splitSpecial = false)
    {
        var encoded = Encoded.Empty;
        var tokens = new List<Token>();
        foreach (var piece in PreTokenize(text, splitSpecial))
        {
            tokens.Clear();
            if (piece.Tokens is null) Model.Tokenize(piece.Text.Text, tokens);
            else tokens.AddRange(piece.Tokens);
            int[]? bytes = ByteIndex(piece.Text.Text);
            foreach (var token in tokens) encoded.Add(token.Id, token.Text, Offset(piece.Text, token, bytes), 0, 0);
        }
        return encoded;
    }

    /// <summary>Tokens of a text or a pair through the post-processor, which trims offsets and adds special tokens.</summary>
    public Encoded Process(string text, string? second, bool addSpecial, bool splitSpecial = false)
    {
        var encodings = new List<Encoded> { Encode(text, splitSpecial) };
        if (second is not null) encodings.Add(Encode(second, splitSpecial).WithTypeId(1));
        var result = Encoded.Empty;
        foreach (var part in PostProcessor?.Process(encodings, addSpecial) ?? encodings) result.Add(part);
        return result;
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            string? token = Added.Find(id) is { } added ? Added.FormOf(added) : Model.Vocabulary.Token(id);
            if (token is not null && !(skipSpecial && Added.IsSpecial(token))) tokens.Add(token);
        }
        if (tokens.Count == 0) return "";
        return Decoder is null ? string.Join(' ', tokens) : string.Concat(Decoder.Decode(tokens));
    }

    public List<Piece> PreTokenize(string text, bool splitSpecial)
    {
        var pieces = new List<Piece>();
        var cuts = new List<Cut>();
        var whole = AlignedText.Of(text);
        Added.Extract(text, inNormalized: false, splitSpecial, cuts);
        foreach (var cut in cuts)
        {
            var part = whole.Slice(cut.Start, cut.End);
            if (cut.Token is { } token) AddToken(part, token, pieces);
            else Normalized(Normalizer?.Normalize(part) ?? part, splitSpecial, pieces);
        }
        return PreTokenizer is null ? pieces : PreTokenization.Apply(PreTokenizer, pieces);
    }

    private void Normalized(AlignedText part, bool splitSpecial, List<Piece> pieces)
    {
        if (part.Text.Length == 0) return;
        var cuts = new List<Cut>();
        Added.Extract(part.Text, inNormalized: true, splitSpecial, cuts);
        foreach (var cut in cuts)
        {
            var slice = part.Slice(cut.Start, cut.End);
            if (cut.Token is { } token) AddToken(slice, token, pieces);
            else pieces.Add(new Piece(slice));
        }
    }

    private static void AddToken(AlignedText text, AddedToken token, List<Piece> pieces)
    {
        if (text.Text.Length > 0)
            pieces.Add(new Piece(text, [new Token(token.Id, text.Text, 0, Encoding.UTF8.GetByteCount(text.Text))]));
    }

    /// <summary>UTF-16 unit of each UTF-8 byte; null when they are the same.</summary>
    private static int[]? ByteIndex(string text)
    {
        if (Ascii.IsValid(text)) return null;
        var index = new List<int>(text.Length * 2);
        for (int i = 0; i < text.Length;)
        {
            int size = Encoding.UTF8.GetByteCount(text.AsSpan(i, Length(text, i)));
            for (int b = 0; b < size; b++) index.Add(i);
            i += Length(text, i);
        }
        return [.. index];
    }

    private static int Length(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;

    private static (int, int) Offset(AlignedText text, Token token, int[]? bytes)
    {
        int end = bytes?.Length ?? text.Text.Length;
        if (token.Start >= token.End || token.End > end) return (text.First, text.First);
        return (text.Start[bytes?[token.Start] ?? token.Start], text.End[bytes?[token.End - 1] ?? token.End - 1]);
    }
}
