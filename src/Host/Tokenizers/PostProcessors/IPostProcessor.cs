// A post-processor trims offsets and adds special tokens around one text or a pair.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PostProcessors;

internal interface IPostProcessor
{
    /// <summary>One or two encodings in; the parts that make the result, in order, out.</summary>
    List<Encoded> Process(List<Encoded> encodings, bool addSpecial);
}

internal sealed class PostProcessorSequence(IReadOnlyList<IPostProcessor> parts) : IPostProcessor
{
    public IReadOnlyList<IPostProcessor> Parts => parts;

    public List<Encoded> Process(List<Encoded> encodings, bool addSpecial)
    {
        foreach (var part in parts) encodings = part.Process(encodings, addSpecial);
        return encodings;
    }
}
