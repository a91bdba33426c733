// A decoder turns token texts back into plain text, step by step over the whole list.
namespace FastTune.Tokenizers.Decoders;

internal interface IDecoder
{
    List<string> Decode(List<string> tokens);
}

internal sealed class DecoderSequence(IReadOnlyList<IDecoder> parts) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        foreach (var part in parts) tokens = part.Decode(tokens);
        return tokens;
    }
}
