// A device's memory: counted references to pooled buffers, every one with a category.
namespace FastTune.Kernels.Memory;

/// <summary>Buffers live from <see cref="Allocate"/> until their last reference is released; nothing waits for a finalizer.
/// Short-lived and long-lived buffers come from separate pools so that a run's weights do not cut the step's memory into pieces.</summary>
public sealed class DeviceMemory(IMemorySource source) : IDisposable
{
    private struct Buffer
    {
        public int Block, References;
        public uint Generation;
        public long Bytes;
        public Category Category;
    }

    private readonly BlockPool _transient = new(source), _lasting = new(source);
    private Buffer[] _buffers = new Buffer[1024];
    private int _count;
    private readonly Stack<int> _unused = new(1024);

    public MemoryLedger Ledger { get; } = new();

    /// <summary>Bytes of all segments taken from the device, used or not.</summary>
    public long Reserved => _transient.Reserved + _lasting.Reserved;

    /// <summary>Bytes of the pages that buffers have lain on so far, in whole pages: the share of <see cref="Reserved"/> that is backed.</summary>
    public long Touched => _transient.Touched + _lasting.Touched;

    /// <summary>A new buffer with one reference; its contents are undefined.</summary>
    public BufferHandle Allocate(long bytes, Category category)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        int block = PoolOf(category).Take(bytes);
        int index = _unused.Count > 0 ? _unused.Pop() : _count++;
        if (index == _buffers.Length) Array.Resize(ref _buffers, 2 * index);
        ref Buffer buffer = ref _buffers[index];
        buffer = buffer with { Block = block, References = 1, Bytes = bytes, Category = category };
        Ledger.Add(category, bytes);
        return new BufferHandle(index, buffer.Generation);
    }

    public nint Address(BufferHandle handle)
    {
        ref Buffer buffer = ref Live(handle);
        return PoolOf(buffer.Category).Address(buffer.Block);
    }

    public int References(BufferHandle handle) => Live(handle).References;

    public void Retain(BufferHandle handle) => Live(handle).References++;

    /// <summary>Drops one reference; with the last one the buffer returns to the pool.</summary>
    public void Release(BufferHandle handle)
    {
        ref Buffer buffer = ref Live(handle);
        if (--buffer.References > 0) return;
        buffer.Generation++;
        PoolOf(buffer.Category).Give(buffer.Block);
        Ledger.Remove(buffer.Category, buffer.Bytes);
        _unused.Push(handle.Index);
    }

    private BlockPool PoolOf(Category category) => category.IsTransient() ? _transient : _lasting;

    private ref Buffer Live(BufferHandle handle)
    {
        ref Buffer buffer = ref _buffers[handle.Index];
        if (buffer.Generation != handle.Generation || buffer.References == 0)
            throw new ObjectDisposedException("tensor", "its buffer was released: a copy of a disposed tensor is still in use");
        return ref buffer;
    }

    public void Dispose()
    {
        _transient.Dispose();
        _lasting.Dispose();
    }
}

/// <summary>Names one life of a buffer: a stale copy is noticed by its generation.</summary>
public readonly record struct BufferHandle(int Index, uint Generation);
