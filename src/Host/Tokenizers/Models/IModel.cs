// A model turns one piece of text into tokens of its vocabulary.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Models;

internal interface IModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>Appends the tokens of a piece that is not empty.</summary>
    /// <exception cref="UserError">The piece has a character that the vocabulary lacks, and there is no unknown token.</exception>
    void Tokenize(string piece, List<Token> tokens);
}

internal static class ModelErrors
{
    public static UserError NoUnknown(string piece) =>
        new($"tokenizer has no token for '{(piece.Length <= 40 ? piece : piece[..37] + "...")}' and no unknown token: set the model's unk in tokenizer.json");
}
