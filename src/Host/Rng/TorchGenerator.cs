// torch's CPU random stream: the same seed gives the same LoRA start, shuffles and noise as LLaMA-Factory.
namespace FastTune.Rng;

/// <summary>A saved position of a <see cref="TorchGenerator"/>; what a checkpoint keeps.</summary>
/// <param name="Words">The 624 words of the Mersenne twister.</param>
/// <param name="Position">Words already used, 0..624.</param>
/// <param name="SpareNormal">The second half of the last pair of scalar normals, when it is not used yet.</param>
public sealed record TorchGeneratorState(IReadOnlyList<uint> Words, int Position, double? SpareNormal);

/// <summary>The stream of <c>torch.manual_seed(seed)</c> on the CPU. Draws are consumed exactly as torch does, so two
/// programs that draw in the same order stay in step.</summary>
public sealed class TorchGenerator
{
    private readonly MersenneTwister _bits;
    private double? _spareNormal;

    /// <summary>Only the low 32 bits of the seed count, as in torch.</summary>
    public TorchGenerator(long seed) => _bits = new MersenneTwister(unchecked((uint)seed));

    private TorchGenerator(MersenneTwister bits, double? spareNormal) => (_bits, _spareNormal) = (bits, spareNormal);

    /// <summary>Continues from a saved state. Throws <see cref="ArgumentException"/> when it is not one.</summary>
    public static TorchGenerator Restore(TorchGeneratorState state) =>
        new(new MersenneTwister([.. state.Words], state.Position), state.SpareNormal);

    public TorchGeneratorState Save() => new(_bits.State.ToArray(), _bits.Position, _spareNormal);

    public uint Next32() => _bits.Next();

    /// <summary>64 random bits: two draws, the first one is the upper half.</summary>
    public ulong Next64()
    {
        ulong high = _bits.Next();
        return high << 32 | _bits.Next();
    }

    /// <summary>One float32 in [from, to): 24 bits of one draw, scaled in float32 with one rounding, as torch's build does.</summary>
    public float Uniform(float from = 0f, float to = 1f) =>
        MathF.FusedMultiplyAdd((_bits.Next() & 0xFFFFFF) * (1f / (1 << 24)), to - from, from);

    /// <summary>Fills <paramref name="values"/> in order; one draw an element.</summary>
    public void Uniform(Span<float> values, float from = 0f, float to = 1f)
    {
        foreach (ref float value in values) value = Uniform(from, to);
    }

    /// <summary>Fills with normals. From 16 elements on torch turns blocks of 16 uniforms into normals, and draws a fresh
    /// block for an incomplete end; below, each pair comes from two 53-bit uniforms and the second one is kept.</summary>
    public void Normal(Span<float> values, float mean = 0f, float deviation = 1f)
    {
        if (values.Length < NormalBlock.Size)
        {
            foreach (ref float value in values) value = (float)(ScalarNormal() * deviation + mean);
            return;
        }
        Uniform(values);
        int whole = values.Length / NormalBlock.Size * NormalBlock.Size;
        for (int i = 0; i < whole; i += NormalBlock.Size) NormalBlock.Transform(values.Slice(i, NormalBlock.Size), mean, deviation);
        if (whole == values.Length) return;
        var last = values[^NormalBlock.Size..];
        Uniform(last);
        NormalBlock.Transform(last, mean, deviation);
    }

    /// <summary>A random order of 0..count-1.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        // From this size on torch spends 64 bits a swap, to keep the modulo's bias small.
        bool wide = (uint)count >= uint.MaxValue / 20;
        for (int i = 0; i < count - 1; i++)
        {
            ulong draw = wide ? Next64() : Next32();
            int other = i + (int)(draw % (ulong)(count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    private double ScalarNormal()
    {
        if (_spareNormal is { } spare)
        {
            _spareNormal = null;
            return spare;
        }
        double angle = 2 * Math.PI * Uniform53();
        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform53()));
        _spareNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private double Uniform53() => (Next64() & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
}
