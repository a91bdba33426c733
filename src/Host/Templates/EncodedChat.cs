// A chat through a chat template as token ids, with the tokens that the template marks as the assistant's.
using FastTune.Templates.Jinja;
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <param name="Ids">Token ids of the rendered chat; nothing is added in front or behind.</param>
/// <param name="AssistantMask">1 for every token that touches a {% generation %} block, else 0; as long as the ids, or empty where
/// control tokens of the user's were encoded as plain text.</param>
public sealed record EncodedChat(int[] Ids, int[] AssistantMask)
{
    internal static EncodedChat Of(JinjaResult rendered, Tokenizer tokenizer)
    {
        var (ids, offsets) = tokenizer.EncodeWithOffsets(rendered.Text);
        int[] mask = new int[ids.Length];
        foreach (var span in rendered.GenerationSpans)
        {
            int first = TokenOf(offsets, span.Start), last = TokenOf(offsets, span.End - 1);
            if (first >= 0 && span.End > span.Start) mask.AsSpan(first..(last < 0 ? ids.Length : last + 1)).Fill(1);
        }
        return new EncodedChat(ids, mask);
    }

    // The first token that covers this code point, or -1: some normalizers leave code points without a token.
    private static int TokenOf((int Start, int End)[] offsets, int codePoint) =>
        Array.FindIndex(offsets, offset => offset.Start <= codePoint && codePoint < offset.End);
}
