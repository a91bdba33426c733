// SentencePiece's own encoding and decoding, as its library does it (not as tokenizer.json conversions do).
using System.Text;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.SentencePiece;

/// <summary>A piece of an encoding: its text, and the bytes of the original that it covers.</summary>
internal readonly record struct EncodedPiece(int Id, string Text, int Start, int End);

internal sealed class PieceEncoder
{
    private readonly PieceModel model;
    private readonly PieceNormalizer normalizer;
    private readonly PieceSegmenter segmenter;
    private readonly int[] byteIds = new int[256];

    public PieceEncoder(PieceModel model)
    {
        (this.model, normalizer) = (model, new PieceNormalizer(model));
        segmenter = new PieceSegmenter(model, normalizer);
        Array.Fill(byteIds, -1);
        for (int id = 0; id < model.Pieces.Count; id++)
            if (ByteOf(id) is { } value) byteIds[value] = id;
    }

    /// <summary>The text in the form that is cut into pieces.</summary>
    public string Normalize(string text) => Encoding.UTF8.GetString(normalizer.Normalize(Encoding.UTF8.GetBytes(text)).Bytes);

    public List<EncodedPiece> Encode(string text)
    {
        var (bytes, origins) = normalizer.Normalize(Encoding.UTF8.GetBytes(text));
        var output = new List<EncodedPiece>();
        bool afterUnknown = false;
        int at = 0;
        foreach (var (length, id) in segmenter.Segment(bytes))
        {
            var piece = new EncodedPiece(id, Encoding.UTF8.GetString(bytes, at, length), origins[at], origins[at + length]);
            bool unknown = model.Pieces[id].Type == PieceType.Unknown;
            if (unknown && model.ByteFallback)
            {
                // Only the last byte piece carries the character's surface.
                for (int i = 0; i < length; i++)
                    output.Add(new EncodedPiece(byteIds[bytes[at + i]], $"<0x{bytes[at + i]:X2}>", piece.Start, i == length - 1 ? piece.End : piece.Start));
            }
            else if (unknown && afterUnknown) output[^1] = output[^1] with { Text = output[^1].Text + piece.Text, End = piece.End };
            else output.Add(piece);
            afterUnknown = unknown;
            at += length;
        }
        return output;
    }

    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        var run = new List<byte>();
        bool atStart = true, sawSpace = false;
        string last = "";
        foreach (int id in ids)
        {
            if (ByteOf(id) is { } value)
            {
                run.Add(value);
                continue;
            }
            Flush(run, text);
            if (sawSpace || last.Length > 0) atStart = false;
            last = Surface(id, atStart, out sawSpace);
            text.Append(last);
        }
        Flush(run, text);
        return text.ToString();
    }

    private byte? ByteOf(int id) => (uint)id < (uint)model.Pieces.Count && model.Pieces[id] is { Type: PieceType.Byte, Text: { Length: 6 } name }
        && byte.TryParse(name.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte value) ? value : null;

    private string Surface(int id, bool atStart, out bool sawSpace)
    {
        sawSpace = false;
        if ((uint)id >= (uint)model.Pieces.Count || model.Pieces[id].Type == PieceType.Control) return "";
        if (model.Pieces[id].Type == PieceType.Unknown) return model.UnknownSurface;
        string text = model.Pieces[id].Text;
        if (atStart && (model.AddDummyPrefix || model.RemoveExtraWhitespaces) && text.StartsWith('▁'))
        {
            text = text[1..];
            sawSpace = !model.RemoveExtraWhitespaces;
        }
        return text.Replace('▁', ' ');
    }

    private static void Flush(List<byte> run, StringBuilder text)
    {
        var rest = run.ToArray().AsSpan();
        run.Clear();
        while (rest.Length > 0)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out var rune, out int length) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            rest = rest[(valid ? length : 1)..];
        }
    }
}
