// Typed doors to the device functions of a kernel library (native/cuda/lib/device.cu).
using System.Runtime.InteropServices;

namespace FastTune.Kernels.Devices.Cuda;

/// <summary>Device facts as native code fills them in.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaFacts
{
    public fixed byte Name[256];
    public long MemoryBytes;
    public int Major, Minor;
}

/// <summary>Memory, copies and streams. Every call throws <see cref="DeviceException"/> with native code's line.</summary>
internal sealed unsafe class CudaCalls(KernelLibrary library)
{
    private readonly delegate* unmanaged<int, CudaFacts*, byte*, int> _open =
        (delegate* unmanaged<int, CudaFacts*, byte*, int>)library.Export("ft_device_open");
    private readonly delegate* unmanaged<long, nint*, byte*, int> _alloc = (delegate* unmanaged<long, nint*, byte*, int>)library.Export("ft_alloc");
    private readonly delegate* unmanaged<nint, byte*, int> _free = (delegate* unmanaged<nint, byte*, int>)library.Export("ft_free");
    private readonly delegate* unmanaged<nint, long, int, nint, nint, byte*, int> _copy =
        (delegate* unmanaged<nint, long, int, nint, nint, byte*, int>)library.Export("ft_copy");
    private readonly delegate* unmanaged<nint*, byte*, int> _streamCreate = (delegate* unmanaged<nint*, byte*, int>)library.Export("ft_stream_create");
    private readonly delegate* unmanaged<nint, byte*, int> _streamDestroy = (delegate* unmanaged<nint, byte*, int>)library.Export("ft_stream_destroy");
    private readonly delegate* unmanaged<nint, byte*, int> _streamWait = (delegate* unmanaged<nint, byte*, int>)library.Export("ft_stream_wait");

    public CudaFacts Open(int ordinal)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        CudaFacts facts;
        KernelLibrary.Check(_open(ordinal, &facts, message), message);
        return facts;
    }

    public nint Alloc(long bytes)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        nint address;
        KernelLibrary.Check(_alloc(bytes, &address, message), message);
        return address;
    }

    public void Free(nint address)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        KernelLibrary.Check(_free(address, message), message);
    }

    /// <summary>Queues a copy; the host side must stay in place until <see cref="Wait"/>.</summary>
    public void Copy(nint from, long bytes, CopyKind kind, nint to, nint stream)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        KernelLibrary.Check(_copy(from, bytes, (int)kind, to, stream, message), message);
    }

    public nint CreateStream()
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        nint stream;
        KernelLibrary.Check(_streamCreate(&stream, message), message);
        return stream;
    }

    public void DestroyStream(nint stream)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        KernelLibrary.Check(_streamDestroy(stream, message), message);
    }

    public void Wait(nint stream)
    {
        byte* message = stackalloc byte[KernelLibrary.MessageBytes];
        KernelLibrary.Check(_streamWait(stream, message), message);
    }
}

/// <summary>Directions of a copy, as cudaMemcpyKind numbers them.</summary>
internal enum CopyKind { HostToDevice = 1, DeviceToHost = 2, DeviceToDevice = 3 }
