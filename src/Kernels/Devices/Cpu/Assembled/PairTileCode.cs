// Assembles the bf16 register tile around VDPBF16PS, for which .NET has no intrinsic.
using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace FastTune.Kernels.Devices.Cpu.Assembled;

/// <summary>What an assembled tile is told; the code reads it through its only argument.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PairTileCall
{
    public long Steps;      // pairs along k, at least 1
    public uint* A;         // packed: [steps][rows], a pair of bf16 (k low, k + 1 high) each
    public uint* B;         // packed: [steps][columns]
    public float* C;        // [rows][columns]
    public long PitchBytes; // between rows of C
    public float Alpha;
    public int Accumulate;  // 0: C is overwritten and not read
}

/// <summary>Which registers a function finds its argument in and must give back.</summary>
internal readonly record struct CallConvention(bool Windows)
{
    public static CallConvention Current => new(OperatingSystem.IsWindows());

    public AssemblerRegister64 Argument => Windows ? rcx : rdi;

    /// <summary>Vector registers of which the caller expects the lower half back (Windows: xmm6 to xmm15).</summary>
    public IReadOnlyList<AssemblerRegisterXMM> Saved => Windows ? [xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15] : [];
}

/// <summary>
/// The code of a tile of Rows x 16 Vectors: C = alpha A B (+ C). Accumulators never leave their registers; a pair of A is broadcast by
/// the instruction that uses it. Each step adds k + 1's product, then k's, with denormals as zero (Intel's manual, VDPBF16PS).
/// </summary>
internal static class PairTileCode
{
    private const int PrefetchAhead = 8; // steps: the next lines of B arrive from L2 meanwhile

    private static readonly AssemblerRegisterZMM[] Zmm =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    /// <summary>Machine code for <paramref name="rows"/> x (16 <paramref name="vectors"/>) sums; rows * vectors + vectors + 1 registers.</summary>
    public static byte[] Tile(int rows, int vectors, CallConvention convention)
    {
        var code = new Assembler(64);
        Save(code, convention);
        LoadArguments(code, convention);
        for (int i = 0; i < rows * vectors; i++) code.vpxord(Zmm[i], Zmm[i], Zmm[i]);
        Loop(code, rows, vectors);
        StoreTile(code, rows, vectors, convention);
        Restore(code, convention);
        return Bytes(code);
    }

    /// <summary>
    /// Machine code of a loop of <see cref="PairTileCall.Steps"/> times <see cref="PeakChains"/> independent VDPBF16PS, no memory: the machine's peak.
    /// </summary>
    public static byte[] Peak(CallConvention convention)
    {
        var code = new Assembler(64);
        Save(code, convention);
        code.mov(r9, __qword_ptr[convention.Argument]);
        for (int i = 0; i <= PeakChains; i++) code.vpxord(Zmm[i], Zmm[i], Zmm[i]);
        Label again = code.CreateLabel();
        code.Label(ref again);
        for (int i = 0; i < PeakChains; i++) code.vdpbf16ps(Zmm[i], Zmm[PeakChains], Zmm[PeakChains]);
        code.dec(r9);
        code.jne(again);
        Restore(code, convention);
        return Bytes(code);
    }

    /// <summary>Enough to hide a latency of six at two a cycle.</summary>
    public const int PeakChains = 16;

    private static void LoadArguments(Assembler code, CallConvention convention)
    {
        AssemblerRegister64 call = convention.Argument;
        code.mov(r9, __qword_ptr[call]);
        code.mov(rax, __qword_ptr[call + 8]);
        code.mov(r10, __qword_ptr[call + 16]);
        code.mov(rdx, __qword_ptr[call + 24]);
        code.mov(r8, __qword_ptr[call + 32]);
    }

    private static void Loop(Assembler code, int rows, int vectors)
    {
        int first = rows * vectors; // the vectors of B follow the accumulators
        Label step = code.CreateLabel();
        code.Label(ref step);
        for (int v = 0; v < vectors; v++) code.vmovups(Zmm[first + v], __zmmword_ptr[r10 + 64 * v]);
        for (int v = 0; v < vectors; v++) code.prefetcht0(__byte_ptr[r10 + 64 * (PrefetchAhead * vectors + v)]);
        for (int row = 0; row < rows; row++)
            for (int v = 0; v < vectors; v++) code.vdpbf16ps(Zmm[row * vectors + v], Zmm[first + v], __dword_bcst[rax + 4 * row]);
        code.add(rax, 4 * rows);
        code.add(r10, 64 * vectors);
        code.dec(r9);
        code.jne(step);
    }

    private static void StoreTile(Assembler code, int rows, int vectors, CallConvention convention)
    {
        AssemblerRegisterZMM scale = Zmm[rows * vectors];
        AssemblerRegister64 call = convention.Argument;
        Label overwrite = code.CreateLabel(), done = code.CreateLabel();
        code.vbroadcastss(scale, __dword_ptr[call + 40]);
        code.mov(eax, __dword_ptr[call + 44]);
        code.test(eax, eax);
        code.je(overwrite);
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < vectors; v++) code.vfmadd213ps(Zmm[row * vectors + v], scale, __zmmword_ptr[rdx + 64 * v]);
            for (int v = 0; v < vectors; v++) code.vmovups(__zmmword_ptr[rdx + 64 * v], Zmm[row * vectors + v]);
            code.add(rdx, r8);
        }
        code.jmp(done);
        code.Label(ref overwrite);
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < vectors; v++) code.vmulps(Zmm[row * vectors + v], Zmm[row * vectors + v], scale);
            for (int v = 0; v < vectors; v++) code.vmovups(__zmmword_ptr[rdx + 64 * v], Zmm[row * vectors + v]);
            code.add(rdx, r8);
        }
        code.Label(ref done);
    }

    private static void Save(Assembler code, CallConvention convention)
    {
        if (convention.Saved.Count == 0) return;
        code.sub(rsp, 16 * convention.Saved.Count + 8);
        for (int i = 0; i < convention.Saved.Count; i++) code.vmovups(__xmmword_ptr[rsp + 16 * i], convention.Saved[i]);
    }

    private static void Restore(Assembler code, CallConvention convention)
    {
        for (int i = 0; i < convention.Saved.Count; i++) code.vmovups(convention.Saved[i], __xmmword_ptr[rsp + 16 * i]);
        if (convention.Saved.Count > 0) code.add(rsp, 16 * convention.Saved.Count + 8);
        code.vzeroupper();
        code.ret();
    }

    private static byte[] Bytes(Assembler code)
    {
        using var stream = new MemoryStream();
        code.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }
}
