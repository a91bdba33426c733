// A table of values that small codes stand for (4 or 8 bits), and the nearest code of any number, exactly as bitsandbytes chooses it.
using System.Runtime.CompilerServices;

namespace FastTune.Kernels.Weights.Bnb;

/// <summary>
/// Values by code. The nearest value wins; a number equal to the middle of two (in fp32) belongs to the lower one.
/// Encoding looks up the number's upper 16 bits, then decides one edge: no search, the same code on every machine.
/// </summary>
public sealed unsafe class CodeTable
{
    private readonly float[] _values;
    private readonly byte[] _rankOfBucket, _codeOfRank;
    private readonly float[] _edges; // the smallest number that is nearer to rank r + 1 than to rank r

    private CodeTable(string name, float[] values, byte zero)
    {
        (Name, Zero) = (name, zero);
        _values = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(_values, 0);
        byte[] order = [.. Enumerable.Range(0, values.Length).Select(code => (byte)code)
            .GroupBy(code => values[code]).Select(same => same.First()).OrderBy(code => values[code])];
        _codeOfRank = GC.AllocateArray<byte>(order.Length, pinned: true);
        order.CopyTo(_codeOfRank, 0);
        _edges = GC.AllocateArray<float>(order.Length, pinned: true);
        for (int rank = 0; rank + 1 < order.Length; rank++) _edges[rank] = Edge(values[order[rank]], values[order[rank + 1]]);
        _edges[^1] = float.NaN; // no number moves on from the last rank
        _rankOfBucket = GC.AllocateArray<byte>(1 << 16, pinned: true);
        FillBuckets((byte)Array.IndexOf(order, zero));
    }

    /// <summary>The 16 quantiles of a normal distribution (QLoRA, arXiv 2305.14314, appendix E).</summary>
    public static CodeTable Nf4 { get; } = new("nf4", Tables.Nf4, 7);

    /// <summary>A sign, 2 exponent bits and a mantissa bit, as bitsandbytes orders them; code 8 is a second zero and never chosen.</summary>
    public static CodeTable Fp4 { get; } = new("fp4", Tables.Fp4, 0);

    /// <summary>256 values of [-1, 1], close together near 0 (arXiv 1511.04561): first moments, and the block maxima of double quantisation.</summary>
    public static CodeTable Signed8 { get; } = new("signed", Tables.Dynamic(signed: true), 127);

    /// <summary>256 values of [0, 1]: second moments.</summary>
    public static CodeTable Unsigned8 { get; } = new("unsigned", Tables.Dynamic(signed: false), 0);

    public string Name { get; }

    /// <summary>The code of 0: what an empty block and a padded place get.</summary>
    public byte Zero { get; }

    /// <summary>Value of each code, fp32.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The values where kernels read them; they do not move.</summary>
    internal float* Pointer => (float*)Unsafe.AsPointer(ref _values[0]);

    /// <summary>The same table if its values are these, bit for bit, else one that holds them.</summary>
    /// <exception cref="ArgumentException">Not 16 or 256 finite values.</exception>
    public static CodeTable Of(ReadOnlySpan<float> values)
    {
        if (values.Length is not (16 or 256)) throw new ArgumentException($"[code_table] {values.Length} values: a table has 16 or 256");
        foreach (float value in values)
            if (!float.IsFinite(value)) throw new ArgumentException($"[code_table] a value is {value}: all must be finite");
        foreach (CodeTable known in new[] { Nf4, Fp4, Signed8, Unsigned8 })
            if (values.SequenceEqual(known.Values)) return known;
        return new CodeTable("own", values.ToArray(), (byte)values.IndexOfAnyInRange(float.NegativeInfinity, float.PositiveInfinity));
    }

    /// <summary>The code of the value nearest to <paramref name="x"/>; NaN gets <see cref="Zero"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Encode(float x)
    {
        int rank = _rankOfBucket[BitConverter.SingleToUInt32Bits(x) >> 16];
        while (x >= _edges[rank]) rank++;
        return _codeOfRank[rank];
    }

    // Of the numbers in a bucket, the least decides the first rank; one that lies past an edge moves on from there.
    private void FillBuckets(byte rankOfNaN)
    {
        for (int bucket = 0; bucket < _rankOfBucket.Length; bucket++)
        {
            int magnitude = bucket & 0x7FFF;
            bool negative = bucket > 0x7FFF;
            _rankOfBucket[bucket] = magnitude switch
            {
                > 0x7F80 => rankOfNaN,
                0x7F80 => negative ? (byte)0 : (byte)(_edges.Length - 1),
                _ => RankOf(BitConverter.UInt32BitsToSingle((uint)bucket << 16 | (negative ? 0xFFFFu : 0))),
            };
        }
    }

    private byte RankOf(float x)
    {
        int rank = 0;
        while (x >= _edges[rank]) rank++;
        return (byte)rank;
    }

    // The library compares with the middle, rounded to fp32: what equals it stays below.
    private static float Edge(float low, float high) => MathF.BitIncrement((low + high) / 2);
}
