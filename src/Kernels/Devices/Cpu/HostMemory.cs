// Host memory for the pool: large aligned segments whose pages the system backs when they are first touched.
using System.Runtime.InteropServices;
using FastTune.Kernels.Memory;

namespace FastTune.Kernels.Devices.Cpu;

internal sealed unsafe class HostMemory : IMemorySource
{
    /// <summary>Untouched pages cost nothing, so segments are large: free blocks can join across more of the step.</summary>
    public long SegmentBytes => 1L << 30;

    public nint Reserve(long bytes) => (nint)LargePages.Allocate(bytes);

    public void Return(nint address, long bytes) => NativeMemory.AlignedFree((void*)address);
}
