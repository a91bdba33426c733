// Each thread's own packed panels: grown to the largest size asked for, aligned, kept until the thread ends.
using System.Runtime.InteropServices;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>Native buffers of one thread. A product that runs inside a pool task uses its own thread's, so nesting is safe.</summary>
sealed unsafe class GemmWorkspace
{
    [ThreadStatic] static GemmWorkspace? current;

    Buffer panelA, panelB, decoded, tile, heads, slab;

    public static GemmWorkspace Current => current ??= new GemmWorkspace();

    /// <summary>Packed block of A: [row slivers][depth, rows].</summary>
    public float* PanelA(long floats) => panelA.Get(floats);

    /// <summary>Packed panel of B; the calling thread's is shared with the workers for the time of the call.</summary>
    public float* PanelB(long floats) => panelB.Get(floats);

    /// <summary>A stored matrix's tile, widened.</summary>
    public float* Decoded(long floats) => decoded.Get(floats);

    /// <summary>fp32 sums of a task whose result is stored in 16 bits.</summary>
    public float* Tile(long floats) => tile.Get(floats);

    /// <summary>Attention's tiles of one task.</summary>
    public float* Heads(long floats) => heads.Get(floats);

    /// <summary>Attention's partial sums, shared by the tasks of one call.</summary>
    public float* Slab(long floats) => slab.Get(floats);

    ~GemmWorkspace()
    {
        panelA.Free();
        panelB.Free();
        decoded.Free();
        tile.Free();
        heads.Free();
        slab.Free();
    }

    struct Buffer
    {
        float* data;
        long floats;

        public float* Get(long wanted)
        {
            if (wanted <= floats) return data;
            Free();
            data = (float*)LargePages.Allocate(wanted * sizeof(float));
            floats = wanted;
            return data;
        }

        public void Free()
        {
            NativeMemory.AlignedFree(data);
            data = null;
            floats = 0;
        }
    }
}
