// Which pages of a pool's segments have ever been handed out: the memory that a process is charged for.
namespace FastTune.Kernels.Memory;

/// <summary>Pages of 2 MB, which is what the system backs at once where it can. Nothing is ever given back to it.</summary>
internal sealed class TouchedPages
{
    private const int PageShift = 21;

    private readonly List<ulong[]> _segments = [];
    private long _pages;

    public long Bytes => _pages << PageShift;

    /// <summary>Marks the pages of <paramref name="bytes"/> bytes from an offset inside a segment.</summary>
    public void Add(int segment, long offset, long bytes)
    {
        long first = offset >> PageShift, last = (offset + bytes - 1) >> PageShift;
        while (_segments.Count <= segment) _segments.Add([]);
        ulong[] bits = _segments[segment];
        if (last / 64 >= bits.Length)
        {
            Array.Resize(ref bits, (int)Math.Max(last / 64 + 1, 2 * bits.Length));
            _segments[segment] = bits;
        }
        for (long page = first; page <= last; page++)
        {
            ulong bit = 1UL << (int)(page % 64);
            if ((bits[page / 64] & bit) != 0) continue;
            bits[page / 64] |= bit;
            _pages++;
        }
    }
}
