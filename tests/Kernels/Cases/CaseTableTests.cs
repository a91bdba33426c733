// Every case of every op on the CPU, between guards; and every oracle against finite differences.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Cases;

public class CaseTableTests
{
    public static IEnumerable<TheoryDataRow<string>> Ops() => OpCatalog.All.Select(op => new TheoryDataRow<string>(op.Folder));

    [Theory]
    [MemberData(nameof(Ops))]
    public void CpuEqualsOracle(string folder)
    {
        var memory = new GuardedMemory();
        using var device = new CpuDevice(CpuPool.Shared, memory);
        var runner = new CaseRunner(device);
        foreach (IOpCase row in Rows(folder))
        {
            string? problem = runner.Run(row);
            Assert.True(problem is null, problem); // Assert.Null would cut the line short
            Assert.True(memory.Damaged == 0, $"{row.Name}: wrote outside a buffer");
        }
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void OracleEqualsFiniteDifferences(string folder)
    {
        foreach (IOpCase row in Rows(folder))
        {
            bool smooth = row.Inputs.All(input => input.Type is DType.F32 or DType.I32
                && input.Fill is CaseFill.Normal or CaseFill.Positive or CaseFill.Equal);
            if (smooth && row.Flops < 1e7) Assert.Null(FiniteDifferences.Check(row));
        }
    }

    [Fact]
    public void NamesAreUnique()
    {
        var names = OpCatalog.All.SelectMany(op => op.Cases).Select(row => row.Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    private static IEnumerable<IOpCase> Rows(string folder) =>
        OpCatalog.All.Single(op => op.Folder == folder).Cases.Where(row => !row.BenchOnly);
}
