// A pre-tokenizer splits pieces of text further; found added tokens pass through.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PreTokenizers;

internal interface IPreTokenizer
{
    /// <summary>Appends the parts of <paramref name="text"/>; empty parts are left out by the caller.</summary>
    void Split(AlignedText text, List<AlignedText> parts);
}

internal static class PreTokenization
{
    /// <summary>Runs one pre-tokenizer over all pieces that are not yet tokens.</summary>
    public static List<Piece> Apply(IPreTokenizer splitter, List<Piece> pieces)
    {
        if (splitter is SequencePreTokenizer sequence)
        {
            foreach (var part in sequence.Parts) pieces = Apply(part, pieces);
            return pieces;
        }
        var output = new List<Piece>(pieces.Count);
        var parts = new List<AlignedText>();
        foreach (var piece in pieces)
        {
            if (piece.Tokens is not null)
            {
                output.Add(piece);
                continue;
            }
            parts.Clear();
            splitter.Split(piece.Text, parts);
            foreach (var part in parts)
                if (part.Text.Length > 0) output.Add(new Piece(part));
        }
        return output;
    }
}

/// <summary>Several pre-tokenizers, each over the parts of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public IReadOnlyList<IPreTokenizer> Parts => parts;

    public void Split(AlignedText text, List<AlignedText> output)
    {
        foreach (var piece in PreTokenization.Apply(this, [new Piece(text)])) output.Add(piece.Text);
    }
}
