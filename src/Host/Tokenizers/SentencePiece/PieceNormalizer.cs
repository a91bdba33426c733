// SentencePiece's own normalization on bytes: character map, white space, the space put in front or behind.
using System.Text;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Normalizers;

namespace FastTune.Tokenizers.SentencePiece;

/// <summary>UTF-8 and, for each byte and the end, the original byte it came from.</summary>
internal readonly record struct NormalizedBytes(byte[] Bytes, int[] Origins);

internal sealed class PieceNormalizer
{
    private static readonly byte[] Mark = Encoding.UTF8.GetBytes("▁");

    private readonly PieceModel model;
    private readonly CharacterMap? map;
    private readonly ByteTrie userDefined = new();

    public PieceNormalizer(PieceModel model)
    {
        this.model = model;
        map = model.Charsmap.Length > 0 ? CharacterMap.Read(model.Charsmap) : null;
        foreach (var piece in model.Pieces)
            if (piece.Type == PieceType.UserDefined) userDefined.Add(Encoding.UTF8.GetBytes(piece.Text), piece.Text.Length);
    }

    /// <summary>Length in bytes of the longest user-defined piece that begins the text, or 0.</summary>
    public int UserDefinedPrefix(ReadOnlySpan<byte> text)
    {
        int node = 0, longest = 0;
        for (int i = 0; i < text.Length && (node = userDefined.Step(node, text[i])) > 0; i++)
            if (userDefined.Value(node) >= 0) longest = i + 1;
        return longest;
    }

    public NormalizedBytes Normalize(byte[] input)
    {
        var bytes = new List<byte>(input.Length * 2);
        var origins = new List<int>(input.Length * 2);
        int consumed = 0;
        byte[] space = model.EscapeWhitespaces ? Mark : [(byte)' '];
        void Append(ReadOnlySpan<byte> text)
        {
            foreach (byte b in text)
            {
                bytes.Add(b);
                origins.Add(consumed);
            }
        }
        while (model.RemoveExtraWhitespaces && consumed < input.Length && Prefix(input.AsSpan(consumed), out int skipped) is [(byte)' ']) consumed += skipped;
        if (consumed == input.Length) return new NormalizedBytes([], [consumed]);
        if (!model.SuffixWhitespace && model.AddDummyPrefix) Append(space);
        bool afterSpace = model.RemoveExtraWhitespaces;
        while (consumed < input.Length)
        {
            ReadOnlySpan<byte> text = Prefix(input.AsSpan(consumed), out int length);
            while (afterSpace && text is [(byte)' ', ..]) text = text[1..];
            foreach (byte b in text) Append(b == ' ' ? space : [b]);
            if (text.Length > 0) afterSpace = text[^1] == ' ';
            consumed += length;
            if (!model.RemoveExtraWhitespaces) afterSpace = false;
        }
        if (model.RemoveExtraWhitespaces)
        {
            while (System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).EndsWith(space))
            {
                int kept = bytes.Count - space.Length;
                consumed = origins[kept];
                bytes.RemoveRange(kept, space.Length);
                origins.RemoveRange(kept, space.Length);
            }
        }
        if (model.SuffixWhitespace && model.AddDummyPrefix) Append(space);
        origins.Add(consumed);
        return new NormalizedBytes([.. bytes], [.. origins]);
    }

    /// <summary>What the beginning of the text becomes, and how much of it that is: a user-defined piece as it stands, the
    /// longest entry of the character map, or one character.</summary>
    private ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, out int length)
    {
        length = UserDefinedPrefix(text);
        if (length > 0) return text[..length];
        if (map is not null && map.LongestPrefix(text, out length, out string mapped)) return Encoding.UTF8.GetBytes(mapped);
        length = Math.Min(text.Length, text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4);
        return text[..length];
    }
}
