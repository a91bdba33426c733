// Memory for machine code that is made at run time: written first, then executable and never writable again.
using System.Runtime.InteropServices;

namespace FastTune.Kernels.Devices.Cpu.Assembled;

internal static unsafe partial class CodePages
{
    private const int ReadWrite = 3, ReadExecute = 5; // PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC
    private const int PrivateAnonymous = 0x22, PrivateAnonymousMac = 0x1002;
    private const uint Commit = 0x3000, PageReadWrite = 4, PageExecuteRead = 0x20;

    /// <summary>Copies the code to pages of its own and makes them executable; they live as long as the process.</summary>
    /// <returns>The code's address, or 0 with the system's reason in <paramref name="refusal"/>.</returns>
    public static nint Load(ReadOnlySpan<byte> code, out string? refusal)
    {
        refusal = null;
        nint pages = Reserve(code.Length);
        if (pages == 0)
        {
            refusal = $"no memory for code (error {Marshal.GetLastPInvokeError()})";
            return 0;
        }
        code.CopyTo(new Span<byte>((void*)pages, code.Length));
        if (MakeExecutable(pages, code.Length)) return pages;
        refusal = $"this system does not let a program make its own code (error {Marshal.GetLastPInvokeError()})";
        return 0;
    }

    private static nint Reserve(int bytes)
    {
        if (OperatingSystem.IsWindows()) return VirtualAlloc(0, (nuint)bytes, Commit, PageReadWrite);
        nint address = Map(0, (nuint)bytes, ReadWrite, OperatingSystem.IsMacOS() ? PrivateAnonymousMac : PrivateAnonymous, -1, 0);
        return address == -1 ? 0 : address;
    }

    private static bool MakeExecutable(nint pages, int bytes) => OperatingSystem.IsWindows()
        ? VirtualProtect(pages, (nuint)bytes, PageExecuteRead, out _) && FlushInstructionCache(-1, pages, (nuint)bytes)
        : Protect(pages, (nuint)bytes, ReadExecute) == 0;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualProtect(nint address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushInstructionCache(nint process, nint address, nuint size);
}
