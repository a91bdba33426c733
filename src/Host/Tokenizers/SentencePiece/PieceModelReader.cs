// Reads a SentencePiece .model: protocol buffers, of which only the few fields that matter are looked at.
// Field numbers are those of sentencepiece_model.proto.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Tokenizers.SentencePiece;

internal static class PieceModelReader
{
    private const int LargestFile = 1 << 28;

    /// <exception cref="UserError">The file cannot be read, is no model, or has another kind of model.</exception>
    public static PieceModel Load(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile) throw new UserError($"{path} is larger than any SentencePiece model: check the file");
            return Read(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path} cannot be read ({error.Message}): check the folder", inner: error);
        }
    }

    private static PieceModel Read(byte[] data, string path)
    {
        var pieces = new List<Piece>();
        Fields trainer = new(path), normalizer = new(path);
        foreach (var (field, value) in new Fields(path).Parse(data).All)
        {
            if (field == 1) pieces.Add(ReadPiece(value.Bytes, path));
            else if (field == 2) trainer.Parse(value.Bytes);
            else if (field == 3) normalizer.Parse(value.Bytes);
        }
        long kind = trainer.Number(3, 1);
        if (pieces.Count == 0) throw new UserError($"{path} has no pieces: it is not a SentencePiece model, fetch it again");
        if (kind is not (1 or 2)) throw new UserError($"{path} is a word or character model, which is not supported: use a unigram or BPE model");
        return new PieceModel(pieces, kind == 1, trainer.Number(35, 0) != 0, trainer.Number(24, 0) != 0, trainer.Text(44, " ⁇ "),
            (int)trainer.Number(40, 0), (int)trainer.Number(41, 1), (int)trainer.Number(42, 2), (int)trainer.Number(43, -1),
            normalizer.Bytes(2), normalizer.Number(3, 1) != 0, normalizer.Number(4, 1) != 0, normalizer.Number(5, 1) != 0);
    }

    private static Piece ReadPiece(byte[] data, string path)
    {
        var fields = new Fields(path).Parse(data);
        long type = fields.Number(3, 1);
        if (type is < 1 or > 6) throw new UserError($"{path} has a piece of the unknown type {type}: fetch it again");
        return new Piece(fields.Text(1, ""), BitConverter.UInt32BitsToSingle((uint)fields.Number(2, 0)), (PieceType)type);
    }

    private readonly record struct Value(long Number, byte[] Bytes);

    /// <summary>The fields of one message, in order.</summary>
    private sealed class Fields(string path)
    {
        public List<(int Field, Value Value)> All { get; } = [];

        public long Number(int field, long fallback) => Find(field)?.Number ?? fallback;

        public byte[] Bytes(int field) => Find(field)?.Bytes ?? [];

        public string Text(int field, string fallback) => Find(field) is { } value ? Encoding.UTF8.GetString(value.Bytes) : fallback;

        private Value? Find(int field)
        {
            int at = All.FindLastIndex(f => f.Field == field);
            return at < 0 ? null : All[at].Value;
        }

        public Fields Parse(ReadOnlySpan<byte> data)
        {
            while (data.Length > 0)
            {
                ulong tag = Variable(ref data);
                var value = (tag & 7) switch
                {
                    0 => new Value((long)Variable(ref data), []),
                    1 => new Value(BinaryPrimitives.ReadInt64LittleEndian(Take(ref data, 8)), []),
                    2 => new Value(0, Take(ref data, Variable(ref data)).ToArray()),
                    5 => new Value(BinaryPrimitives.ReadUInt32LittleEndian(Take(ref data, 4)), []),
                    _ => throw Damaged(),
                };
                All.Add(((int)(tag >> 3), value));
            }
            return this;
        }

        private ulong Variable(ref ReadOnlySpan<byte> data)
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                byte b = Take(ref data, 1)[0];
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80) return value;
            }
            throw Damaged();
        }

        private ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> data, ulong count)
        {
            if (count > (ulong)data.Length) throw Damaged();
            var taken = data[..(int)count];
            data = data[(int)count..];
            return taken;
        }

        private UserError Damaged() => new($"{path} is not a SentencePiece model or is cut off: fetch it again");
    }
}
