// Remembers the tokens of words: a fixed table whose slots are swapped whole, so that threads may share it without locks.
namespace FastTune.Tokenizers.Pipeline;

internal sealed class WordCache
{
    /// <summary>Bounds the memory: a full table of short words takes about 12 MB.</summary>
    private const int Slots = 1 << 16;

    /// <summary>Longer words are not kept: they rarely come back, and this bounds the memory.</summary>
    private const int LongestWord = 48;

    private sealed record Entry(string Word, int Hash, int[] Ids);

    private readonly Entry?[] entries = new Entry?[Slots];

    /// <summary>The word's tokens, or null when they are not known. The array must not be changed.</summary>
    public int[]? Find(ReadOnlySpan<char> word, out int hash)
    {
        hash = Hash(word);
        var entry = entries[hash & Slots - 1];
        return entry is not null && entry.Hash == hash && word.SequenceEqual(entry.Word) ? entry.Ids : null;
    }

    public void Add(ReadOnlySpan<char> word, int hash, int[] ids)
    {
        if (word.Length <= LongestWord) entries[hash & Slots - 1] = new Entry(word.ToString(), hash, ids);
    }

    private static int Hash(ReadOnlySpan<char> word)
    {
        uint hash = 2166136261;
        foreach (char c in word) hash = (hash ^ c) * 16777619;
        return (int)(hash ^ hash >> 15);
    }
}
