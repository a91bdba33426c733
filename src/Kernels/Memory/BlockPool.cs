// Cuts segments into blocks: best fit, split on use, joined with free neighbours on return. No managed allocation in steady state.
namespace FastTune.Kernels.Memory;

/// <summary>A pool of blocks over the segments of one source. Not thread-safe: a device has one owner.</summary>
internal sealed class BlockPool(IMemorySource source) : IDisposable
{
    /// <summary>Blocks start and end on cache lines; vector loops may read to the end of the line.</summary>
    public const int Alignment = 64;

    private struct Block
    {
        public nint Address;
        public long Size;
        public int Previous, Next, Segment;
        public bool Free;
    }

    private Block[] _blocks = new Block[256];
    private int _blockCount;
    private readonly Stack<int> _unused = new(256);
    private readonly List<int> _free = new(256);
    private readonly List<(nint Address, long Bytes)> _segments = [];
    private readonly TouchedPages _touched = new();

    /// <summary>Bytes of all segments.</summary>
    public long Reserved { get; private set; }

    /// <summary>Bytes of the pages that blocks have lain on so far: what the system has had to back.</summary>
    public long Touched => _touched.Bytes;

    public nint Address(int block) => _blocks[block].Address;

    /// <summary>Index of a block of at least <paramref name="bytes"/> bytes.</summary>
    public int Take(long bytes)
    {
        long size = Math.Max(Alignment, (bytes + Alignment - 1) / Alignment * Alignment);
        int best = BestFit(size);
        if (best < 0) best = Grow(size);
        _free.Remove(best);
        if (_blocks[best].Size > size) Split(best, size);
        _blocks[best].Free = false;
        int segment = _blocks[best].Segment;
        if (source.SegmentBytes > 0) _touched.Add(segment, _blocks[best].Address - _segments[segment].Address, size);
        return best;
    }

    public void Give(int index)
    {
        if (source.SegmentBytes == 0)
        {
            GiveSegment(index);
            return;
        }
        _blocks[index].Free = true;
        int next = _blocks[index].Next, previous = _blocks[index].Previous;
        if (next >= 0 && _blocks[next].Free) Join(index, next);
        if (previous >= 0 && _blocks[previous].Free) Absorb(previous, index);
        else _free.Add(index);
    }

    private void GiveSegment(int index)
    {
        (nint address, long bytes) = _segments[_blocks[index].Segment];
        _segments[_blocks[index].Segment] = default;
        Reserved -= bytes;
        source.Return(address, bytes);
        _unused.Push(index);
    }

    private int BestFit(long size)
    {
        int best = -1;
        foreach (int candidate in _free)
        {
            ref Block block = ref _blocks[candidate];
            if (block.Size < size) continue;
            if (best < 0 || block.Size < _blocks[best].Size || (block.Size == _blocks[best].Size && Before(block, _blocks[best]))) best = candidate;
        }
        return best;
    }

    /// <summary>Older segments first, whatever their addresses: a step then fills the same pages as the one before, and an empty
    /// segment that a step hardly needed is not filled in the next one.</summary>
    private static bool Before(in Block block, in Block other) =>
        block.Segment != other.Segment ? block.Segment < other.Segment : block.Address < other.Address;

    private int Grow(long size)
    {
        long bytes = Math.Max(size, source.SegmentBytes);
        nint address = source.Reserve(bytes);
        _segments.Add((address, bytes));
        Reserved += bytes;
        int index = NewBlock(new Block { Address = address, Size = bytes, Previous = -1, Next = -1, Segment = _segments.Count - 1, Free = true });
        _free.Add(index);
        return index;
    }

    private void Split(int index, long size)
    {
        Block head = _blocks[index];
        int tail = NewBlock(new Block
        {
            Address = head.Address + (nint)size,
            Size = head.Size - size,
            Previous = index,
            Next = head.Next,
            Segment = head.Segment,
            Free = true,
        });
        if (head.Next >= 0) _blocks[head.Next].Previous = tail;
        _blocks[index].Next = tail;
        _blocks[index].Size = size;
        _free.Add(tail);
    }

    /// <summary>Joins a free right neighbour to <paramref name="first"/>.</summary>
    private void Join(int first, int second)
    {
        _free.Remove(second);
        Absorb(first, second);
    }

    private void Absorb(int first, int second)
    {
        ref Block left = ref _blocks[first];
        left.Size += _blocks[second].Size;
        left.Next = _blocks[second].Next;
        if (left.Next >= 0) _blocks[left.Next].Previous = first;
        _unused.Push(second);
    }

    private int NewBlock(in Block block)
    {
        int index = _unused.Count > 0 ? _unused.Pop() : _blockCount++;
        if (index == _blocks.Length) Array.Resize(ref _blocks, 2 * index);
        _blocks[index] = block;
        return index;
    }

    public void Dispose()
    {
        foreach (var (address, bytes) in _segments)
            if (bytes > 0) source.Return(address, bytes);
        _segments.Clear();
        _free.Clear();
        _unused.Clear();
        (_blockCount, Reserved) = (0, 0);
    }
}
