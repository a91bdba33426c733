// A normalizer rewrites a text before it is split, keeping track of where everything came from.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Normalizers;

internal interface INormalizer
{
    AlignedText Normalize(AlignedText text);
}

internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> parts) : INormalizer
{
    public bool IsEmpty => parts.Count == 0;

    public AlignedText Normalize(AlignedText text)
    {
        foreach (var part in parts) text = part.Normalize(text);
        return text;
    }
}
