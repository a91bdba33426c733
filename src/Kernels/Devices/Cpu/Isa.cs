// Which vector paths this process uses: chosen once at start, forcible with FASTTUNE_ISA, printed by `fasttune env`.
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu.Assembled;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>A family of kernels, from the most portable to the widest.</summary>
public enum IsaLevel
{
    /// <summary>Cross-platform vectors only: runs everywhere .NET runs.</summary>
    Scalar,

    /// <summary>AVX2 with FMA, 256 bits.</summary>
    Avx2,

    /// <summary>512 bits; runs in software (same bits, slower) where it is forced on a CPU without AVX-512.</summary>
    Avx512,

    /// <summary>As <see cref="Avx512"/>, and products of bf16 by assembled VDPBF16PS tiles.</summary>
    Avx512Bf16,
}

public static class Isa
{
    /// <summary>The environment variable that forces a level: portable, avx2, avx512 or avx512bf16.</summary>
    public const string Variable = "FASTTUNE_ISA";

    // Widest first: 512-bit FMA doubles the peak on Zen 4 and Sapphire Rapids (kernels.md section 6).
    static readonly (string Name, IsaLevel Level)[] Names =
        [("avx512bf16", IsaLevel.Avx512Bf16), ("avx512", IsaLevel.Avx512), ("avx2", IsaLevel.Avx2), ("portable", IsaLevel.Scalar)];

    /// <summary>True if the CPU multiplies bf16 pairs (VDPBF16PS). .NET has no flag for it, so CPUID leaf 7.1 is read.</summary>
    public static bool HasAvx512Bf16 { get; } = ReadAvx512Bf16();

    /// <summary>The level that every dispatch in this process follows.</summary>
    public static IsaLevel Current { get; } = Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>"A": AVX-512 with BF16; "B": AVX2 and FMA without AVX-512; "other": anything else.</summary>
    public static string MachineClass =>
        HasAvx512Bf16 ? "A" : Avx2.IsSupported && Fma.IsSupported && !Avx512F.IsSupported ? "B" : "other";

    /// <summary>One line for people, e.g. `avx2 (class B: AVX2 FMA)`.</summary>
    public static string Describe() =>
        $"{Names.First(entry => entry.Level == Current).Name} (class {MachineClass}: {string.Join(' ', Features())})"
        + (HasAvx512Bf16 && PairTiles.Refusal is { } reason ? $"; bf16 products run as fp32: {reason}" : "");

    /// <summary>The level that a value of FASTTUNE_ISA means; null or empty lets the CPU decide.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or the CPU cannot run that level.</exception>
    public static IsaLevel Choose(string? forced)
    {
        if (string.IsNullOrEmpty(forced)) return Names.First(entry => Native(entry.Level)).Level;
        foreach (var (name, level) in Names)
            if (name == forced)
                return Refusal(level) is not { } reason ? level
                    : throw new ArgumentException($"[isa] {Variable}={forced}, but {reason}: use {Variable}=portable, or unset it");
        throw new ArgumentException(
            $"[isa] {Variable}={forced} is unknown: use one of {string.Join(", ", Names.Select(entry => entry.Name))}, or unset it");
    }

    static bool Native(IsaLevel level) => level switch
    {
        IsaLevel.Avx512Bf16 => HasAvx512Bf16 && PairTiles.Refusal is null,
        IsaLevel.Avx512 => Avx512F.IsSupported && Avx512DQ.IsSupported,
        IsaLevel.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    static string? Refusal(IsaLevel level) => level switch
    {
        IsaLevel.Avx512Bf16 => PairTiles.Refusal,
        IsaLevel.Avx2 when !Native(level) => "this CPU has no AVX2 with FMA",
        _ => null,
    };

    static bool ReadAvx512Bf16() =>
        Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    static IEnumerable<string> Features()
    {
        if (Avx512F.IsSupported) yield return "AVX-512";
        if (HasAvx512Bf16) yield return "BF16";
        if (Avx2.IsSupported) yield return "AVX2";
        yield return Fma.IsSupported ? "FMA" : System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
