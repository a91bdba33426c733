// A tensor type of the GGUF format: its block geometry and, where it can be read, its decoder.
namespace FastTune.Kernels.Weights.Gguf;

/// <summary>Decodes whole blocks, in order, to fp32. Lengths were checked by <see cref="GgufType.Decode"/>.</summary>
internal delegate void BlockDecoder(ReadOnlySpan<byte> blocks, Span<float> values);

/// <summary>One entry of <see cref="GgufTypes"/>. Source: the block structures of ggml (ggml-common.h).</summary>
/// <param name="Id">Number of the type in the file.</param>
/// <param name="Name">The format's name, such as Q8_0.</param>
/// <param name="BlockLength">Values in a block; a row holds whole blocks.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
public sealed record GgufType(uint Id, string Name, int BlockLength, int BlockBytes)
{
    internal BlockDecoder? Decoder { get; init; }

    /// <summary>Rounds fp32 values to whole blocks, or null: such files are read only.</summary>
    internal Action<ReadOnlySpan<float>, Span<byte>>? Encoder { get; init; }

    /// <summary>True when <see cref="Encode"/> can write this type.</summary>
    public bool CanEncode => Encoder is not null;

    /// <summary>The product with activations rounded to int8, where there is one.</summary>
    internal BlockDot? Dot { get; init; }

    /// <summary>True when <see cref="Decode"/> can read this type.</summary>
    public bool CanDecode => Decoder is not null;

    /// <summary>Rounds <paramref name="values"/> to blocks.</summary>
    /// <exception cref="ArgumentException">The lengths are not those of the same number of whole blocks.</exception>
    /// <exception cref="NotSupportedException">The type has no encoder.</exception>
    public void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        if (Encoder is null) throw new NotSupportedException($"[gguf] tensors of type {Name} cannot be written: use F32, F16 or Q8_0");
        if (values.Length % BlockLength != 0 || (long)(values.Length / BlockLength) * BlockBytes != blocks.Length)
            throw new ArgumentException($"[gguf] {values.Length} values do not fill {blocks.Length} bytes of type {Name}");
        Encoder(values, blocks);
    }

    /// <summary>Writes the values of <paramref name="blocks"/> to <paramref name="values"/>, fp32, bit-exact with ggml's dequantize_row.</summary>
    /// <exception cref="ArgumentException">The lengths are not those of the same number of whole blocks.</exception>
    /// <exception cref="NotSupportedException">The type has no decoder.</exception>
    public void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (Decoder is null)
            throw new NotSupportedException($"[gguf] tensors of type {Name} cannot be read yet: use a file of type {GgufTypes.ReadableNames}");
        var (count, rest) = Math.DivRem(values.Length, BlockLength);
        if (rest != 0 || (long)count * BlockBytes != blocks.Length)
            throw new ArgumentException($"[gguf] {values.Length} values of type {Name} take blocks of {BlockLength} values in {BlockBytes} bytes each, {blocks.Length} bytes were given: pass whole blocks");
        Decoder(blocks, values);
    }
}
