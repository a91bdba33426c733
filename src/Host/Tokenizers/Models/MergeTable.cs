// Which two tokens merge into which, and in what order: an open-addressing table, since it is looked up for every pair of every word.
namespace FastTune.Tokenizers.Models;

/// <summary>One merge. Lower ranks come first; equal ranks merge leftmost first.</summary>
internal readonly record struct Merge(int Left, int Right, int Result, int Rank);

internal sealed class MergeTable
{
    private readonly ulong[] keys;
    private readonly ulong[] values;
    private readonly int shift;

    /// <param name="merges">All merges; when a pair stands twice the later one counts.</param>
    public MergeTable(IReadOnlyList<Merge> merges)
    {
        All = merges;
        int bits = 4;
        while (1 << bits < merges.Count * 2) bits++;
        shift = 64 - bits;
        keys = new ulong[1 << bits];
        values = new ulong[1 << bits];
        Array.Fill(keys, ulong.MaxValue);
        foreach (var merge in merges)
        {
            ulong key = Key(merge.Left, merge.Right);
            int slot = Slot(key);
            while (keys[slot] != ulong.MaxValue && keys[slot] != key) slot = slot + 1 & keys.Length - 1;
            keys[slot] = key;
            values[slot] = (ulong)(uint)merge.Rank << 32 | (uint)merge.Result;
        }
    }

    public IReadOnlyList<Merge> All { get; }

    /// <summary>Rank in the upper half and resulting id in the lower; ulong.MaxValue when the pair does not merge.</summary>
    public ulong Find(int left, int right)
    {
        ulong key = Key(left, right);
        int slot = Slot(key);
        while (true)
        {
            ulong found = keys[slot];
            if (found == key) return values[slot];
            if (found == ulong.MaxValue) return ulong.MaxValue;
            slot = slot + 1 & keys.Length - 1;
        }
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Slot(ulong key) => (int)(key * 0x9E3779B97F4A7C15 >> shift);
}
