// The 32-bit Mersenne twister (MT19937) that torch's CPU generator draws from.
namespace FastTune.Rng;

/// <summary>MT19937, seeded as <c>init_genrand</c> (Matsumoto and Nishimura 1998, doi 10.1145/272991.272995).</summary>
internal sealed class MersenneTwister
{
    public const int Words = 624;
    private const int Offset = 397;
    private readonly uint[] _state = new uint[Words];
    private int _next;

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (int i = 1; i < Words; i++)
            _state[i] = 1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
        _next = Words;
    }

    /// <summary>Continues from a saved state: 624 words and the position of the next one (624: all used).</summary>
    public MersenneTwister(ReadOnlySpan<uint> state, int next)
    {
        if (state.Length != Words || next is < 0 or > Words)
            throw new ArgumentException($"[rng] a state has {Words} words and a position in 0..{Words}, got {state.Length} words and {next}");
        state.CopyTo(_state);
        _next = next;
    }

    public ReadOnlySpan<uint> State => _state;

    public int Position => _next;

    /// <summary>The next 32 random bits.</summary>
    public uint Next()
    {
        if (_next == Words) Refill();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    private void Refill()
    {
        var s = _state.AsSpan();
        int i = 0;
        for (; i < Words - Offset; i++) s[i] = s[i + Offset] ^ Twist(s[i], s[i + 1]);
        for (; i < Words - 1; i++) s[i] = s[i + Offset - Words] ^ Twist(s[i], s[i + 1]);
        s[i] = s[Offset - 1] ^ Twist(s[i], s[0]);
        _next = 0;
    }

    private static uint Twist(uint upper, uint lower)
    {
        uint y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
        return (y >> 1) ^ ((lower & 1u) == 0 ? 0u : 0x9908b0dfu);
    }
}
