// Byte-pair encoding as the tokenizers library does it, including the order in which unknown and byte tokens come out.
using System.Text;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Models;

/// <summary>The settings of a BPE model; names as in tokenizer.json.</summary>
internal sealed record BpeOptions(
    string? UnkToken = null, string? ContinuingSubwordPrefix = null, string? EndOfWordSuffix = null,
    bool FuseUnk = false, bool ByteFallback = false, bool IgnoreMerges = false);

internal sealed class BpeModel : IModel
{
    private readonly int unknown = -1;
    private readonly int[] byteTokens = new int[256];

    public BpeModel(Vocabulary vocabulary, IReadOnlyList<Merge> merges, BpeOptions options)
    {
        (Vocabulary, Options, Merges) = (vocabulary, options, new MergeTable(merges));
        if (options.UnkToken is not null) unknown = vocabulary.Find(options.UnkToken.AsSpan());
        for (int b = 0; b < 256; b++) byteTokens[b] = options.ByteFallback ? vocabulary.Find($"<0x{b:X2}>".AsSpan()) : -1;
    }

    public Vocabulary Vocabulary { get; }

    public BpeOptions Options { get; }

    public MergeTable Merges { get; }

    public void Tokenize(string piece, List<Token> tokens)
    {
        if (Options.IgnoreMerges && Vocabulary.Find(piece) is { } whole)
        {
            tokens.Add(new Token(whole, piece, 0, Encoding.UTF8.GetByteCount(piece)));
            return;
        }
        var symbols = new SymbolRow(piece.Length);
        Symbols(piece, symbols);
        int count = Merger.Run(Merges, symbols.Ids, symbols.Lengths);
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            int end = position + symbols.Lengths[i];
            tokens.Add(new Token(symbols.Ids[i], Vocabulary.Token(symbols.Ids[i])!, position, end));
            position = end;
        }
    }

    /// <summary>One symbol a character. An unknown one is held back until the next known character, so that with byte
    /// fallback it comes out after the byte tokens between (the reference does the same).</summary>
    private void Symbols(string piece, SymbolRow row)
    {
        int heldLength = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0; i < piece.Length;)
        {
            Unicode.CodePoints.At(piece, i, out int length);
            var character = piece.AsSpan(i, length);
            int size = Encoding.UTF8.GetBytes(character, bytes);
            int id = Find(character, isFirst: i == 0, isLast: i + length == piece.Length, out string? spelled);
            i += length;
            if (id >= 0)
            {
                if (heldLength > 0) row.Add(unknown, heldLength);
                heldLength = 0;
                row.Add(id, size);
            }
            else if (!Options.ByteFallback || !AddBytes(spelled is null ? bytes[..size] : Encoding.UTF8.GetBytes(spelled), row))
            {
                if (Options.UnkToken is null) continue;
                if (unknown < 0) throw ModelErrors.NoUnknown(piece);
                if (heldLength > 0 && !Options.FuseUnk) row.Add(unknown, heldLength);
                heldLength = heldLength > 0 && Options.FuseUnk ? heldLength + size : size;
            }
        }
        if (heldLength > 0) row.Add(unknown, heldLength);
    }

    private int Find(ReadOnlySpan<char> character, bool isFirst, bool isLast, out string? spelled)
    {
        string prefix = isFirst ? "" : Options.ContinuingSubwordPrefix ?? "";
        string suffix = isLast ? Options.EndOfWordSuffix ?? "" : "";
        spelled = prefix.Length + suffix.Length == 0 ? null : $"{prefix}{character}{suffix}";
        return spelled is null ? Vocabulary.Find(character) : Vocabulary.Find(spelled.AsSpan());
    }

    private bool AddBytes(ReadOnlySpan<byte> bytes, SymbolRow row)
    {
        foreach (byte b in bytes)
            if (byteTokens[b] < 0) return false;
        foreach (byte b in bytes) row.Add(byteTokens[b], 1);
        return true;
    }

    private sealed class SymbolRow(int capacity)
    {
        private int[] ids = new int[capacity], lengths = new int[capacity];
        private int count;

        public Span<int> Ids => ids.AsSpan(0, count);

        public Span<int> Lengths => lengths.AsSpan(0, count);

        public void Add(int id, int length)
        {
            if (count == ids.Length)
            {
                Array.Resize(ref ids, Math.Max(8, count * 2));
                Array.Resize(ref lengths, ids.Length);
            }
            (ids[count], lengths[count++]) = (id, length);
        }
    }
}
