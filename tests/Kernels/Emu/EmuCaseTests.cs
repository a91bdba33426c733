// Every case of every op that has a CUDA kernel, on the emulator: several orders of threads, every buffer guarded.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cuda;
using FastTune.Kernels.Devices.Emu;
using FastTune.Kernels.Ops;
using FastTune.Tests.Kernels.Cases;
using Xunit;

namespace FastTune.Tests.Kernels.Emu;

[Collection(EmuCollection.Name)]
public class EmuCaseTests
{
    private const double MaxFlops = 1e9;

    public static IEnumerable<TheoryDataRow<string, ulong>> Runs() =>
        from op in OpCatalog.All
        where op.Has(DeviceKind.Emu)
        from seed in new ulong[] { 1, 2, 3 }
        select new TheoryDataRow<string, ulong>(op.Folder, seed);

    [Theory]
    [MemberData(nameof(Runs))]
    public void EmuEqualsOracle(string folder, ulong seed)
    {
        using CudaDevice device = EmuDevice.Open(seed);
        var runner = new CaseRunner(device);
        foreach (IOpCase row in OpCatalog.All.Single(op => op.Folder == folder).Cases)
        {
            if (row.BenchOnly || row.Flops > MaxFlops) continue;
            Assert.Null(runner.Run(row));
        }
    }
}
