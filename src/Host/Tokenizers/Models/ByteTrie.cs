// A trie over bytes for finding every vocabulary entry that begins at a place.
namespace FastTune.Tokenizers.Models;

/// <summary>Nodes are numbers, the root is 0; edges live in one hash table.</summary>
internal sealed class ByteTrie
{
    private readonly Dictionary<int, int> edges = [];
    private readonly List<int> values = [-1];

    public void Add(ReadOnlySpan<byte> key, int value)
    {
        int node = 0;
        foreach (byte b in key)
        {
            if (!edges.TryGetValue(node << 8 | b, out int next))
            {
                next = values.Count;
                edges.Add(node << 8 | b, next);
                values.Add(-1);
            }
            node = next;
        }
        values[node] = value;
    }

    /// <summary>The node behind the edge, or 0 when there is none.</summary>
    public int Step(int node, byte b) => edges.GetValueOrDefault(node << 8 | b);

    /// <summary>Value of the key that ends at the node, or -1.</summary>
    public int Value(int node) => values[node];
}
