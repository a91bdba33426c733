// The assembled bf16 tile: the matrix product's case table through it, its bytes read by binutils, its conventions, the CPU beside the interpreter.
using System.Diagnostics;
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Assembled;
using FastTune.Kernels.Tensors;
using FastTune.Tests.Kernels.Gemm;
using Iced.Intel;
using Xunit;

namespace FastTune.Tests.Kernels.Assembled;

public unsafe class PairTileTests
{
    /// <summary>The table's shapes with bf16 on both sides (one of them a stored form where the table has one).</summary>
    public static TheoryData<MatmulCase> Cases() =>
        [.. MatmulCase.All().Where(one => !(one.StoredA && one.StoredB)).Select(AsPairs).Distinct(), .. Stored()];

    // The interpreter is slow: the widest shape keeps its columns and loses its depth.
    static MatmulCase AsPairs(MatmulCase one) =>
        one with { AType = DType.BF16, BType = DType.BF16, K = (long)one.M * one.N * one.K > 100_000_000 ? 19 : one.K };

    static IEnumerable<MatmulCase> Stored() =>
        from transposed in new[] { false, true }
        from k in new[] { 1, 300, 515 }
        from storedA in new[] { false, true }
        select new MatmulCase(40, 70, k, transposed, !transposed, DType.BF16, DType.BF16, StoredA: storedA, StoredB: !storedA, Beta: 0.25f, Pad: 1);

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_case_table_holds_through_the_interpreter(MatmulCase shape)
    {
        using var data = new MatmulData(shape);
        double[] expected = data.Expected();
        float[] first = data.Run(InterpretedTiles.For(shape.N), 1);
        data.AssertClose(expected, first);
        Assert.Equal(first.Select(BitConverter.SingleToUInt32Bits), data.Run(InterpretedTiles.For(shape.N), 2).Select(BitConverter.SingleToUInt32Bits));
        if (PairTiles.Refusal is null)
            Assert.Equal(first.Select(BitConverter.SingleToUInt32Bits), data.Run(PairTiles.For(shape.N), 2).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void The_cpu_gives_the_interpreters_bits_for_denormals_infinities_and_nan()
    {
        if (PairTiles.Refusal is { } reason)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"skipped: {reason}; the interpreter alone ran the case table");
            return;
        }
        ushort[] special = [0, 0x8000, 1, 0x8001, 0x007F, 0x0080, 0x3F80, 0xBF80, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0, 0x0100, 0x1234, 0x3333];
        foreach (int columns in new[] { 16, 48 }) CompareBits(special, columns);
    }

    static void CompareBits(ushort[] special, int columns)
    {
        var random = new Random(columns);
        ushort[] a = [.. Enumerable.Range(0, 40 * 64).Select(_ => special[random.Next(special.Length)])];
        ushort[] b = [.. Enumerable.Range(0, 64 * columns).Select(_ => special[random.Next(special.Length)])];
        float[] interpreted = new float[40 * columns], run = new float[40 * columns];
        fixed (ushort* pa = a, pb = b)
        fixed (float* pi = interpreted, pr = run)
        {
            var args = new MatmulArgs
            {
                M = 40,
                N = columns,
                K = 64,
                A = new() { Data = pa, Type = DType.BF16, RowPitch = 64 },
                B = new() { Data = pb, Type = DType.BF16, RowPitch = columns },
                C = pi,
                CPitch = columns,
            };
            CpuMatmul.Run(CpuPool.Shared, args, InterpretedTiles.For(columns));
            CpuMatmul.Run(CpuPool.Shared, args with { C = pr }, PairTiles.For(columns));
        }
        for (int i = 0; i < run.Length; i++)
            Assert.True(float.IsNaN(run[i]) == float.IsNaN(interpreted[i])
                && (float.IsNaN(run[i]) || BitConverter.SingleToUInt32Bits(run[i]) == BitConverter.SingleToUInt32Bits(interpreted[i])), $"element {i}: {run[i]}, interpreted {interpreted[i]}");
    }

    [Theory]
    [InlineData(1, 0x00800080u, 0x00800080u)] // the square of the smallest normal is flushed
    [InlineData(1, 0x00400040u, 0x7F007F00u)] // a denormal counts as zero
    public void Denormals_are_zero_in_and_out(int steps, uint a, uint b)
    {
        uint[] left = [.. Enumerable.Repeat(a, PairTiles.NarrowRows)], right = [.. Enumerable.Repeat(b, 16)];
        float[] c = [.. Enumerable.Repeat(5f, PairTiles.NarrowRows * 16)];
        fixed (uint* pl = left, pr = right)
        fixed (float* pc = c)
            InterpretedTiles.For(16).Run(steps, (float*)pl, 1, 16, (float*)pr, 16, pc, 16, 1, false);
        Assert.All(c, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Windows_callers_get_their_registers_back()
    {
        var code = new Interpreter(PairTileCode.Tile(PairTiles.WideRows, PairTiles.WideVectors, new CallConvention(Windows: true)));
        for (int register = 6; register <= 15; register++) code.Vector(Register.ZMM0 + register)[..4].Fill(register);
        uint* operands = stackalloc uint[64];
        float* c = stackalloc float[PairTiles.WideRows * 48];
        var call = new PairTileCall { Steps = 1, A = operands, B = operands, C = c, PitchBytes = 48 * 4 };
        code.Call(Register.RCX, &call);
        for (int register = 6; register <= 15; register++)
            Assert.All(code.Vector(Register.ZMM0 + register)[..4].ToArray(), value => Assert.Equal(register, value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Binutils_read_the_bytes_as_they_were_meant(bool windows)
    {
        byte[] bytes = PairTileCode.Tile(PairTiles.WideRows, PairTiles.WideVectors, new CallConvention(windows));
        if (Objdump(bytes) is not { } lines)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("skipped: objdump (Debian's binutils) is not installed");
            return;
        }
        string[] mnemonics = [.. new Interpreter(bytes).Code.Select(one => one.Mnemonic.ToString().ToLowerInvariant())];
        Assert.Equal(mnemonics, lines.Select(line => line.Mnemonic));
        Assert.Equal(PairTiles.WideRows * PairTiles.WideVectors, lines.Count(line => line.Mnemonic == "vdpbf16ps" && line.Operands.Contains("BCST")));
    }

    static (string Mnemonic, string Operands)[]? Objdump(byte[] bytes)
    {
        string file = Path.Combine(Path.GetTempPath(), $"fasttune-tile-{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(file, bytes);
        try
        {
            var start = new ProcessStartInfo("objdump", ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", file]) { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return [.. text.Split('\n').Where(line => line.StartsWith(' ') && line.Contains(":\t")).Select(line => Split(line[(line.IndexOf(":\t") + 2)..].Trim()))];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    static (string, string) Split(string line) => line.IndexOf(' ') is var space and > 0 ? (line[..space], line[space..].Trim()) : (line, "");

    [Fact]
    public void Refused_code_says_why_and_is_never_writable_and_executable()
    {
        nint code = CodePages.Load([0xC3], out string? refusal);
        Assert.True(code != 0 || refusal is not null);
        if (code == 0 || !OperatingSystem.IsLinux()) return;
        string page = File.ReadLines("/proc/self/maps").Single(line => Holds(line, code));
        Assert.Equal("r-xp", page.Split(' ')[1]);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64) ((delegate* unmanaged<void>)code)();
    }

    static bool Holds(string line, nint address)
    {
        string[] range = line.Split(' ')[0].Split('-');
        return Convert.ToInt64(range[0], 16) <= address && address < Convert.ToInt64(range[1], 16);
    }
}
