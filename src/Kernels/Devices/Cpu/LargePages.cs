// Big buffers on pages of 2 MB where the system gives them: fewer address look-ups and faults, since products walk many rows at once.
using System.Runtime.InteropServices;

namespace FastTune.Kernels.Devices.Cpu;

internal static unsafe partial class LargePages
{
    private const long PageBytes = 2 << 20;
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE of Linux

    /// <summary>Memory aligned to 64 bytes at least, to be given back with <see cref="NativeMemory.AlignedFree"/>.
    /// The advice may be refused (another system, a setting of the administrator): pages are small then, nothing else changes.</summary>
    public static void* Allocate(long bytes)
    {
        if (bytes < PageBytes || !OperatingSystem.IsLinux()) return NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 64), 64);
        void* memory = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)PageBytes);
        _ = Advise(memory, (nuint)bytes, AdviseHugePage);
        return memory;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint bytes, int advice);
}
