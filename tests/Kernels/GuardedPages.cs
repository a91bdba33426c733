// Memory that ends flush against a page without access: a kernel that reads one byte too far dies in the test, not in a user's run.
using System.Runtime.InteropServices;

namespace FastTune.Tests.Kernels;

/// <summary>Read-write bytes whose last one is followed by a no-access page (Linux and macOS; elsewhere plain memory).</summary>
public sealed unsafe partial class GuardedPages : IDisposable
{
    const int Page = 16384;
    readonly nint mapping;
    readonly nuint length;

    public GuardedPages(long bytes)
    {
        length = (nuint)((bytes + Page - 1) / Page * Page + Page);
        if (OperatingSystem.IsWindows())
        {
            mapping = (nint)NativeMemory.Alloc(length);
        }
        else
        {
            mapping = Map(0, length, 3, OperatingSystem.IsMacOS() ? 0x1002 : 0x22, -1, 0);
            if (mapping == -1 || Protect(mapping + (nint)length - Page, Page, 0) != 0) throw new OutOfMemoryException("mmap of a guard page");
        }
        Data = (byte*)mapping + length - Page - bytes;
    }

    public byte* Data { get; }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows()) NativeMemory.Free((void*)mapping);
        else Unmap(mapping, length);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
