// Tensor: a contiguous or row-pitched view on a counted device buffer. A struct: making one allocates nothing managed.
using FastTune.Kernels.Memory;

namespace FastTune.Kernels.Tensors;

/// <summary>A view of <see cref="Shape"/> elements of <see cref="Type"/>. Rows are <see cref="RowPitch"/> elements apart.
/// Each Tensor that was handed out owns one reference to its buffer; <see cref="Dispose"/> gives it back, <see cref="Share"/> takes another.</summary>
public struct Tensor : IDisposable
{
    private readonly BufferHandle _buffer;
    private readonly long _offset;

    internal Tensor(DeviceMemory memory, BufferHandle buffer, long offset, Shape shape, long rowPitch, DType type, int value)
    {
        (Memory, _buffer, _offset, Shape, RowPitch, Type, Value) = (memory, buffer, offset, shape, rowPitch, type, value);
    }

    /// <summary>Null for `default`, which stands for "no tensor".</summary>
    public DeviceMemory? Memory { get; private set; }

    public Shape Shape { get; }

    /// <summary>Elements from one row to the next; at least <see cref="Columns"/>.</summary>
    public long RowPitch { get; }

    public DType Type { get; }

    /// <summary>Number of this value on the tape that computes its gradient; 0 when nobody asks for one.</summary>
    public int Value { get; }

    public readonly bool Exists => Memory is not null;
    public readonly long Rows => Shape.Rows;
    public readonly long Columns => Shape.Columns;
    public readonly long Count => Shape.Count;
    public readonly bool IsContiguous => RowPitch == Columns || Rows <= 1;

    /// <summary>True when no other Tensor refers to the buffer, so that an op may overwrite it.</summary>
    public readonly bool IsExclusive => Memory is not null && Memory.References(_buffer) == 1;

    /// <summary>Address of the first element on the device.</summary>
    public readonly nint Address => Memory!.Address(_buffer) + (nint)_offset;

    /// <summary>Address for host code; meaningful on devices whose memory the host can read.</summary>
    public readonly unsafe void* Pointer => (void*)Address;

    /// <summary>A new zero-reference-cost owner of the same buffer: one more reference.</summary>
    public readonly Tensor Share()
    {
        Memory?.Retain(_buffer);
        return this;
    }

    /// <summary>The same view with another tape number; takes over this tensor's reference.</summary>
    internal readonly Tensor WithValue(int value) => new(Memory!, _buffer, _offset, Shape, RowPitch, Type, value);

    /// <summary>The same buffer under another shape of equal count; shares (one more reference). Contiguous tensors only.</summary>
    public readonly Tensor Reshape(Shape shape)
    {
        if (!IsContiguous || shape.Count != Count)
            throw new ArgumentException($"[reshape] {Shape} with row pitch {RowPitch} cannot be seen as {shape}");
        Memory!.Retain(_buffer);
        return new Tensor(Memory, _buffer, _offset, shape, shape.Columns, Type, Value);
    }

    /// <summary>Rows [start, start + count) as a matrix; shares. The view is no value of the tape.</summary>
    public readonly Tensor RowRange(long start, long count)
    {
        if (start < 0 || count < 0 || start + count > Rows)
            throw new ArgumentException($"[rows] {start}..{start + count} of {Shape}: it has {Rows} rows");
        Memory!.Retain(_buffer);
        return new Tensor(Memory, _buffer, _offset + start * RowPitch * Type.Size(), new Shape(count, Columns), RowPitch, Type, 0);
    }

    /// <summary>Columns [start, start + count) of every row; shares. The view is no value of the tape.</summary>
    public readonly Tensor ColumnRange(long start, long count)
    {
        if (start < 0 || count < 0 || start + count > Columns)
            throw new ArgumentException($"[columns] {start}..{start + count} of {Shape}: rows have {Columns} columns");
        Memory!.Retain(_buffer);
        return new Tensor(Memory, _buffer, _offset + start * Type.Size(), new Shape(Rows, count), RowPitch, Type, 0);
    }

    /// <summary>Gives the reference back; disposing "no tensor" does nothing.</summary>
    public void Dispose()
    {
        Memory?.Release(_buffer);
        Memory = null;
    }
}
