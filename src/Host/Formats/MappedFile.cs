// A file seen as memory: read-only, bounds-checked, its pages given back to the system on request.
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace FastTune.Formats;

/// <summary>A memory-mapped file. Spans taken from it are valid until <see cref="Dispose"/>.</summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int DontNeed = 4;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private MappedFile(string path, long length, MemoryMappedFile file)
    {
        (Path, Length, _file) = (path, length, file);
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Maps the whole of <paramref name="stream"/> (not empty), which this object owns from here on.</summary>
    public static MappedFile Map(FileStream stream)
    {
        long length = stream.Length;
        return new MappedFile(stream.Name, length, MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false));
    }

    /// <summary>The bytes of a region that lies inside the file.</summary>
    public ReadOnlySpan<byte> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        if (start < 0 || length < 0 || start > Length - length) throw new ArgumentOutOfRangeException(nameof(start));
        return new ReadOnlySpan<byte>(_start + start, length);
    }

    /// <summary>Tells the system that a region was read for the last time, so that its pages stop counting as ours.</summary>
    public void Release(long start, long length)
    {
        if (_start == null || !OperatingSystem.IsLinux()) return;
        nuint page = (nuint)Environment.SystemPageSize;
        nuint from = ((nuint)(_start + start) + page - 1) & ~(page - 1);
        nuint to = (nuint)(_start + start + length) & ~(page - 1);
        if (to > from) _ = Advise((void*)from, to - from, DontNeed);
    }

    public void Dispose()
    {
        if (_start == null) return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
