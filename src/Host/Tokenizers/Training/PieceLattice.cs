// All ways to cut a word into pieces: their expected counts, and the best two.
using System.Text;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.Training;

/// <summary>The pieces of one training step, found by their bytes. Piece 0 stands for unknown characters and has no score.</summary>
internal sealed class PieceLattice
{
    private const double UnknownPenalty = 10;

    /// <summary>A piece that covers bytes [Start, End).</summary>
    private readonly record struct Edge(int Start, int End, int Id, double Score);

    /// <summary>One of the best ways to a place: the edge that ends there, and which of the ways to the edge's start came before.</summary>
    private readonly record struct Way(double Score, int Edge, int Before);

    private readonly ByteTrie _trie = new();
    private readonly IReadOnlyList<(string Text, double Score)> _pieces;
    private readonly double _unknownScore;

    public PieceLattice(IReadOnlyList<(string Text, double Score)> pieces)
    {
        _pieces = pieces;
        for (int id = 1; id < pieces.Count; id++) _trie.Add(Encoding.UTF8.GetBytes(pieces[id].Text), id);
        _unknownScore = pieces.Skip(1).Min(piece => piece.Score) - UnknownPenalty;
    }

    /// <summary>Adds to <paramref name="expected"/> how often each piece is to be expected in <paramref name="count"/> times this word.</summary>
    public void AddExpected(string word, double count, double[] expected)
    {
        var (edges, length) = Edges(word);
        var before = new double[length + 1];
        var after = new double[length + 1];
        Array.Fill(before, double.NegativeInfinity);
        Array.Fill(after, double.NegativeInfinity);
        (before[0], after[length]) = (0, 0);
        foreach (var edge in edges) before[edge.End] = LogSum(before[edge.End], before[edge.Start] + edge.Score);
        for (int i = edges.Count - 1; i >= 0; i--) after[edges[i].Start] = LogSum(after[edges[i].Start], after[edges[i].End] + edges[i].Score);
        foreach (var edge in edges) expected[edge.Id] += count * Math.Exp(before[edge.Start] + edge.Score + after[edge.End] - before[length]);
    }

    /// <summary>The best ways through the word as piece ids, at most <paramref name="most"/>.</summary>
    public List<int[]> Best(string word, int most)
    {
        var (edges, length) = Edges(word);
        var ways = new List<Way>[length + 1];
        for (int i = 0; i <= length; i++) ways[i] = [];
        ways[0].Add(new Way(0, -1, -1));
        for (int e = 0; e < edges.Count; e++)
        {
            var from = ways[edges[e].Start];
            for (int w = 0; w < from.Count; w++) Offer(ways[edges[e].End], new Way(from[w].Score + edges[e].Score, e, w), most);
        }
        return [.. ways[length].Select(way => Ids(way, ways, edges))];
    }

    private static void Offer(List<Way> ways, Way way, int most)
    {
        int at = ways.FindIndex(other => way.Score > other.Score);
        ways.Insert(at < 0 ? ways.Count : at, way);
        if (ways.Count > most) ways.RemoveAt(most);
    }

    private static int[] Ids(Way way, List<Way>[] ways, List<Edge> edges)
    {
        var ids = new List<int>();
        while (way.Edge >= 0)
        {
            var edge = edges[way.Edge];
            ids.Add(edge.Id);
            way = ways[edge.Start][way.Before];
        }
        ids.Reverse();
        return [.. ids];
    }

    // In order of their starts, so that all ways to a place are known before any goes on from it.
    private (List<Edge> Edges, int Length) Edges(string word)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(word);
        var edges = new List<Edge>();
        for (int start = 0, width; start < bytes.Length; start += width)
        {
            width = UnigramModel.CharacterLength(bytes[start]);
            bool single = false;
            int node = 0;
            for (int i = start; i < bytes.Length && (node = _trie.Step(node, bytes[i])) > 0; i++)
            {
                int id = _trie.Value(node);
                if (id < 0) continue;
                edges.Add(new Edge(start, i + 1, id, _pieces[id].Score));
                single |= i + 1 - start == width;
            }
            if (!single) edges.Add(new Edge(start, start + width, 0, _unknownScore));
        }
        return (edges, bytes.Length);
    }

    private static double LogSum(double a, double b)
    {
        var (small, large) = a < b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(small) ? large : large + Math.Log(1 + Math.Exp(small - large));
    }
}
