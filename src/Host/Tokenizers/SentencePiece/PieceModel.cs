// What a SentencePiece .model file holds: pieces with scores and types, and the settings of trainer and normalizer.
namespace FastTune.Tokenizers.SentencePiece;

internal enum PieceType : byte { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 }

internal readonly record struct Piece(string Text, float Score, PieceType Type);

/// <param name="IsUnigram">Unigram model; otherwise BPE.</param>
/// <param name="Charsmap">Precompiled character map; empty: none.</param>
internal sealed record PieceModel(
    IReadOnlyList<Piece> Pieces, bool IsUnigram, bool ByteFallback, bool SuffixWhitespace, string UnknownSurface,
    int UnknownId, int BosId, int EosId, int PadId,
    byte[] Charsmap, bool AddDummyPrefix, bool RemoveExtraWhitespaces, bool EscapeWhitespaces);
