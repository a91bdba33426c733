// Storage of one kind of node: a stack that keeps its capacity from step to step.
namespace FastTune.Kernels.Autograd;

internal interface INodeArena
{
    void Backward(Tape tape);
    void Drop();
}

/// <summary>Nodes of one type in the order recorded; the tape pops them last in, first out.</summary>
internal sealed class NodeArena<T> : INodeArena where T : struct, INode
{
    private T[] _nodes = new T[16];
    private int _count;

    public void Push(in T node)
    {
        if (_count == _nodes.Length) Array.Resize(ref _nodes, 2 * _count);
        _nodes[_count++] = node;
    }

    public void Backward(Tape tape)
    {
        T node = Pop();
        try
        {
            node.Backward(tape);
        }
        finally
        {
            node.Free();
        }
    }

    public void Drop() => Pop().Free();

    /// <summary>Takes the node out first: its backward may record and run a nested stretch of the tape.</summary>
    private T Pop()
    {
        T node = _nodes[--_count];
        _nodes[_count] = default;
        return node;
    }
}

/// <summary>Gives every node type a small number, its place in a tape's table of arenas.</summary>
internal static class NodeKind
{
    private static int s_count;

    public static int Next() => Interlocked.Increment(ref s_count) - 1;
}

internal static class NodeKind<T> where T : struct, INode
{
    public static readonly int Index = NodeKind.Next();
}
