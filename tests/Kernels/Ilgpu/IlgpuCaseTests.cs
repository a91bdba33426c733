// Every case of every op that has an ILGPU kernel, on ILGPU's CPU accelerator, between guard bytes.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Ilgpu;
using FastTune.Kernels.Ops;
using FastTune.Tests.Kernels.Cases;
using Xunit;

namespace FastTune.Tests.Kernels.Ilgpu;

public class IlgpuCaseTests
{
    private const double MaxFlops = 50e6;

    public static IEnumerable<TheoryDataRow<string>> Ops() =>
        OpCatalog.All.Where(op => op.Has(DeviceKind.Ilgpu)).Select(op => new TheoryDataRow<string>(op.Folder));

    [Theory]
    [MemberData(nameof(Ops))]
    public void IlgpuEqualsOracle(string folder)
    {
        using IlgpuDevice device = IlgpuDevice.OpenCpu();
        var runner = new CaseRunner(device);
        foreach (IOpCase row in OpCatalog.All.Single(op => op.Folder == folder).Cases)
        {
            if (row.BenchOnly || row.Flops > MaxFlops) continue;
            Assert.Null(runner.Run(row));
            Assert.True(device.DamagedBuffers == 0, $"{row.Name}: wrote outside a buffer");
        }
    }
}
