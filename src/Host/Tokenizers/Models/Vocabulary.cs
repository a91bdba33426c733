// Token texts and ids, both ways.
namespace FastTune.Tokenizers.Models;

internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly string?[] tokens;

    private Vocabulary(Dictionary<string, int> ids, string?[] tokens)
    {
        (this.ids, this.tokens) = (ids, tokens);
        bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Largest id that a file may give; bounds the memory that one entry can claim.</summary>
    private const int LargestId = 1 << 24;

    public int Count => ids.Count;

    /// <summary>One more than the largest id.</summary>
    public int End => tokens.Length;

    public IReadOnlyDictionary<string, int> Ids => ids;

    /// <param name="ids">Id of each token; ids need not be dense.</param>
    /// <exception cref="UserError">An id is negative or absurdly large.</exception>
    public static Vocabulary Of(Dictionary<string, int> ids)
    {
        int end = 0;
        foreach (var (token, id) in ids)
        {
            if (id is < 0 or > LargestId) throw new UserError($"tokenizer's vocabulary gives '{token}' the id {id}: ids go from 0 to {LargestId}");
            end = Math.Max(end, id + 1);
        }
        var tokens = new string?[end];
        foreach (var (token, id) in ids) tokens[id] = token;
        return new Vocabulary(ids, tokens);
    }

    public int? Find(string token) => ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Id of the token, or -1.</summary>
    public int Find(ReadOnlySpan<char> token) => bySpan.TryGetValue(token, out int id) ? id : -1;

    public string? Token(int id) => (uint)id < (uint)tokens.Length ? tokens[id] : null;
}
