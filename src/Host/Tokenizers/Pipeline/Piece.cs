// A word between pre-tokenizer and model, a model's token, and the finished encoding.
namespace FastTune.Tokenizers.Pipeline;

/// <summary>A token and the bytes [Start, End) of its piece's UTF-8 that it covers.</summary>
internal readonly record struct Token(int Id, string Text, int Start, int End);

/// <summary>A stretch of text; Tokens is set where an added token was found, and such pieces are not split further.</summary>
internal readonly record struct Piece(AlignedText Text, Token[]? Tokens = null);

/// <summary>One text's tokens with all that post-processors look at. Offsets count original code points.</summary>
internal sealed record Encoded(
    List<int> Ids, List<string> Tokens, List<(int Start, int End)> Offsets, List<int> TypeIds, List<int> SpecialMask)
{
    public static Encoded Empty => new([], [], [], [], []);

    public void Add(int id, string token, (int, int) offset, int typeId, int special)
    {
        Ids.Add(id);
        Tokens.Add(token);
        Offsets.Add(offset);
        TypeIds.Add(typeId);
        SpecialMask.Add(special);
    }

    public void Add(Encoded other)
    {
        Ids.AddRange(other.Ids);
        Tokens.AddRange(other.Tokens);
        Offsets.AddRange(other.Offsets);
        TypeIds.AddRange(other.TypeIds);
        SpecialMask.AddRange(other.SpecialMask);
    }

    public Encoded WithTypeId(int typeId) => this with { TypeIds = [.. Enumerable.Repeat(typeId, Ids.Count)] };
}
