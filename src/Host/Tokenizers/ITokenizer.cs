// What the rest of the house needs of a tokenizer: ids, text, and the names of the special tokens.
namespace FastTune.Tokenizers;

/// <summary>The tokens with a role, by their text; null where the tokenizer has none.</summary>
/// <param name="Additional">Further special tokens (stop words and the like), in file order.</param>
public sealed record SpecialTokens(string? Bos, string? Eos, string? Pad, string? Unk, IReadOnlyList<string> Additional);

/// <summary>An immutable tokenizer; safe for use from several threads.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids, added tokens included: one more than the largest id.</summary>
    int VocabularySize { get; }

    SpecialTokens Special { get; }

    /// <summary>True when the tokenizer's own settings put bos in front of a text (LLaMA-Factory templates do not use it).</summary>
    bool AddsBos { get; }

    /// <summary>The Jinja chat template stored with the tokenizer, or null.</summary>
    string? ChatTemplate { get; }

    /// <summary>Ids of <paramref name="text"/>. Special tokens written in the text are recognised; none is added.</summary>
    int[] Encode(string text);

    /// <summary>Text of <paramref name="ids"/>; bytes that form no character become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>Id of a whole token (vocabulary or added), or null when there is none.</summary>
    int? TokenToId(string token);

    /// <summary>Text of the token with this id as the vocabulary spells it, or null when there is none.</summary>
    string? IdToToken(int id);

    /// <summary>A tokenizer with these tokens too: known ones keep their id (and become special when asked), new ones get the next ids.</summary>
    ITokenizer WithTokens(IReadOnlyList<string> tokens, bool special);

    /// <summary>A tokenizer in which the roles are these; every named token must exist.</summary>
    ITokenizer WithSpecial(SpecialTokens special);

    /// <summary>A tokenizer that stores this chat template.</summary>
    ITokenizer WithChatTemplate(string? template);
}
