// NumPy's default_rng(seed): PCG64 seeded by a SeedSequence. Splits and mixtures of data sets draw from it.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastTune.Rng;

/// <summary>The stream of <c>numpy.random.default_rng(seed)</c>: SeedSequence's hash, then PCG XSL-RR 128/64
/// (O'Neill 2014, HMC-CS-2014-0905).</summary>
public sealed class NumPyGenerator
{
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);
    private readonly UInt128 _increment;
    private UInt128 _state;
    private uint? _upperHalf;

    public NumPyGenerator(ulong seed)
    {
        Span<uint> words = stackalloc uint[8];
        SeedSequence.Generate(seed, words);
        var longs = MemoryMarshal.Cast<uint, ulong>(words);
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(longs, longs);
        _increment = new UInt128(longs[2], longs[3]) << 1 | 1;
        Step();
        _state += new UInt128(longs[0], longs[1]);
        Step();
    }

    public ulong Next64()
    {
        Step();
        ulong high = (ulong)(_state >> 64);
        return ulong.RotateRight(high ^ (ulong)_state, (int)(high >> 58));
    }

    /// <summary>32 bits: the lower half of a 64-bit draw first, its upper half at the next call.</summary>
    public uint Next32()
    {
        if (_upperHalf is { } upper)
        {
            _upperHalf = null;
            return upper;
        }
        ulong draw = Next64();
        _upperHalf = (uint)(draw >> 32);
        return (uint)draw;
    }

    /// <summary>A double in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (Next64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in 0..<paramref name="last"/>, both included: 32-bit draws under a mask until one fits.</summary>
    public uint Interval(uint last)
    {
        if (last == 0) return 0;
        uint mask = uint.MaxValue >> BitOperations.LeadingZeroCount(last);
        uint value;
        do value = Next32() & mask;
        while (value > last);
        return value;
    }

    /// <summary>A random order of 0..count-1, as <c>Generator.permutation(count)</c>.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        for (int i = count - 1; i >= 1; i--)
        {
            int other = (int)Interval((uint)i);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    private void Step() => _state = _state * Multiplier + _increment;
}
