// NumPy's SeedSequence: spreads one integer seed over the words that a generator starts from.
namespace FastTune.Rng;

/// <summary>The hash of <c>numpy.random.SeedSequence(seed)</c> without a spawn key (after O'Neill's seed_seq_fe).</summary>
internal static class SeedSequence
{
    private const int PoolWords = 4;

    /// <summary>Fills <paramref name="words"/> as <c>generate_state(words.Length)</c>.</summary>
    public static void Generate(ulong seed, Span<uint> words)
    {
        Span<uint> pool = stackalloc uint[PoolWords];
        Mix(seed, pool);
        uint hash = 0x8b51f9ddu;
        for (int i = 0; i < words.Length; i++)
        {
            uint value = pool[i % PoolWords] ^ hash;
            hash *= 0x58f38dedu;
            value *= hash;
            words[i] = value ^ (value >> 16);
        }
    }

    private static void Mix(ulong seed, Span<uint> pool)
    {
        uint hash = 0x43b0d7e5u;
        pool[0] = Hash((uint)seed, ref hash);
        pool[1] = Hash((uint)(seed >> 32), ref hash);
        for (int i = 2; i < PoolWords; i++) pool[i] = Hash(0, ref hash);
        for (int from = 0; from < PoolWords; from++)
            for (int to = 0; to < PoolWords; to++)
                if (from != to) pool[to] = Combine(pool[to], Hash(pool[from], ref hash));
    }

    private static uint Hash(uint value, ref uint hash)
    {
        value ^= hash;
        hash *= 0x931e8875u;
        value *= hash;
        return value ^ (value >> 16);
    }

    private static uint Combine(uint x, uint y)
    {
        uint result = 0xca01f9ddu * x - 0x4973f715u * y;
        return result ^ (result >> 16);
    }
}
