// Damages inputs: flipped bits, edge values at every width, pieces cut, doubled, repeated, moved between inputs, words of the format.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Fuzz;

/// <summary>Makes damaged inputs; the same seed makes the same ones.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> words)
{
    private const int MaxLength = 1 << 18;

    private static readonly long[] _edges = [0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, 1L << 61, long.MaxValue, long.MinValue];

    private static readonly string[] _common =
    [
        "null", "true", "-1", "1e999", "-0.0", "18446744073709551616", "9223372036854775807", "1099511627776", "NaN", "\"\"", "[]", "{}", "[[[[", "{\"a\":",
        "\"\\ud800\"", "\0", "\u001b]0;x\u0007", "\uFEFF", "../../../etc/passwd", "/dev/zero", "\n", "\"", "\\", ":", ",", "\u202e",
    ];

    private readonly Random _random = new(seed);

    /// <summary>One to eight changes, few more often than many.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        int changes = 1;
        while (changes < 8 && _random.Next(2) == 0) changes++;
        for (int i = 0; i < changes; i++) Change(bytes, other);
        if (bytes.Count > MaxLength) bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = _random.Next(bytes.Count + 1), left = bytes.Count - at;
        switch (_random.Next(9))
        {
            case 0 when left > 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1 when left > 0: bytes[at] = (byte)_random.Next(256); break;
            case 2: Overwrite(bytes, at, Edge()); break;
            case 3: bytes.RemoveRange(at, Piece(left)); break;
            case 4: bytes.InsertRange(at, bytes.GetRange(at, Piece(left))); break;
            case 5: bytes.InsertRange(at, Word()); break;
            case 6: Overwrite(bytes, at, Word()); break;
            case 7 when other.Length > 0: Splice(bytes, at, other); break;
            case 8 when _random.Next(8) == 0: Repeat(bytes, at); break;
            default: bytes.RemoveRange(at, _random.Next(4) == 0 ? left : 0); break;
        }
    }

    private byte[] Edge()
    {
        var bytes = new byte[8];
        long value = _edges[_random.Next(_edges.Length)] + _random.Next(-1, 2);
        if (_random.Next(4) == 0) BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..(1 << _random.Next(4))];
    }

    private byte[] Word()
    {
        var list = words.Count > 0 && _random.Next(2) == 0 ? words : _common;
        return Encoding.UTF8.GetBytes(list[_random.Next(list.Count)]);
    }

    private int Piece(int left) => Math.Min(left, 1 << _random.Next(10));

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        int from = _random.Next(other.Length), length = Math.Min(other.Length - from, 1 << _random.Next(12));
        bytes.InsertRange(at, other.AsSpan(from, length));
    }

    // Many times the same few bytes: depth, and counts beyond what a buffer was made for.
    private void Repeat(List<byte> bytes, int at)
    {
        byte[] piece = _random.Next(2) == 0 ? Word() : [.. bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + _random.Next(16)))];
        if (piece.Length == 0) return;
        int times = Math.Min(1 << _random.Next(17), MaxLength / piece.Length);
        bytes.InsertRange(at, Enumerable.Repeat(piece, times).SelectMany(one => one));
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] piece)
    {
        for (int i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i];
    }
}
