// A tensor where it lies in a mapped file: name, type, shape, and its bytes without a copy.
using System.Buffers;
using System.Runtime.InteropServices;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Formats;

/// <summary>A tensor of an open <see cref="TensorSet"/>; readable until that is disposed.</summary>
public sealed class StoredTensor
{
    private const int ChunkValues = 1 << 16;

    private readonly MappedFile _file;
    private readonly long _start;

    internal StoredTensor(string name, StoredType type, long[] shape, MappedFile file, long start, long byteLength)
    {
        (Name, Type, Shape, _file, _start, ByteLength) = (name, type, shape, file, start, byteLength);
        Count = 1;
        foreach (long size in shape) Count *= size;
    }

    /// <summary>Where the elements lie when they do not follow each other in the file; null when they do.</summary>
    internal StridedView? View { get; init; }

    public string Name { get; }

    public StoredType Type { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Number of values.</summary>
    public long Count { get; }

    public long ByteLength { get; }

    /// <summary>File that holds the tensor.</summary>
    public string Path => _file.Path;

    /// <summary>Length of a row: the innermost size, 1 for a scalar.</summary>
    public long RowLength => Shape.Count == 0 ? 1 : Shape[^1];

    /// <summary>Number of rows: the product of the outer sizes.</summary>
    public long Rows => RowLength == 0 ? 0 : Count / RowLength;

    /// <summary>All bytes as they lie in the file; tensors of 2 GiB and more are read with <see cref="Slice"/>.</summary>
    public ReadOnlySpan<byte> Bytes => Slice(0, checked((int)ByteLength));

    /// <summary>A part of the tensor's bytes.</summary>
    public ReadOnlySpan<byte> Slice(long start, int length)
    {
        if (start < 0 || length < 0 || start > ByteLength - length) throw new ArgumentOutOfRangeException(nameof(start));
        return View is null ? _file.Slice(_start + start, length) : View.Slice(start, length);
    }

    /// <summary>Tells the system that the tensor's bytes were read for the last time (they stay readable, at the cost of a disk read).</summary>
    public void Release()
    {
        if (View is null) _file.Release(_start, ByteLength);
    }

    /// <summary>Copies rows as fp32: narrower types are widened, quantised ones decoded.</summary>
    public void CopyRows(long rowStart, long rows, Span<float> destination)
    {
        RequireRows(rowStart, rows, destination.Length);
        Read(rowStart * RowLength, destination);
    }

    /// <summary>Copies rows as bfloat16 patterns: the bytes as they are, or rounded to nearest even from their fp32 value.</summary>
    public void CopyRows(long rowStart, long rows, Span<ushort> destination)
    {
        RequireRows(rowStart, rows, destination.Length);
        long first = rowStart * RowLength;
        if (Type.Name == StoredType.BF16.Name)
        {
            var bytes = MemoryMarshal.AsBytes(destination);
            Slice(first * 2, bytes.Length).CopyTo(bytes);
            return;
        }
        int chunk = ChunkValues / Type.BlockLength * Type.BlockLength;
        float[] buffer = ArrayPool<float>.Shared.Rent(Math.Min(chunk, destination.Length));
        for (int done = 0; done < destination.Length; done += chunk)
        {
            var part = buffer.AsSpan(0, Math.Min(chunk, destination.Length - done));
            Read(first + done, part);
            BF16.Narrow(part, destination.Slice(done, part.Length));
        }
        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>All values as fp32.</summary>
    public float[] ToFloats()
    {
        var values = new float[Count];
        Read(0, values);
        return values;
    }

    /// <summary>All values of an integer or boolean tensor.</summary>
    public long[] ToLongs()
    {
        if (Type.Integers is null) throw Unreadable("integers");
        var values = new long[Count];
        Type.Integers(Bytes, values);
        return values;
    }

    private void Read(long first, Span<float> destination)
    {
        if (Type.Floats is null) throw Unreadable("numbers of a weight");
        long start = first / Type.BlockLength * Type.BlockBytes;
        long length = (long)destination.Length / Type.BlockLength * Type.BlockBytes;
        Type.Floats(Slice(start, checked((int)length)), destination);
    }

    private void RequireRows(long rowStart, long rows, int buffer)
    {
        if (rowStart < 0 || rows < 0 || rowStart > Rows - rows) throw new ArgumentOutOfRangeException(nameof(rowStart));
        if (buffer != rows * RowLength)
            throw new ArgumentException($"[weights] {rows} rows of {RowLength} do not fit a buffer of {buffer}: pass rows x row length");
    }

    private UserError Unreadable(string wanted) =>
        new($"{Path}: tensor '{Name}' has type {Type.Name}, which cannot be read as {wanted} yet: convert the file to F32, F16 or BF16");
}
