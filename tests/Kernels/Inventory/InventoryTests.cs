// Every op has all its pieces, every piece belongs to an op; what a device lacks is printed.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops;
using Xunit;

namespace FastTune.Tests.Kernels.Inventory;

public class InventoryTests
{
    private static readonly OpFolder[] Folders = [.. OpFolder.All()];

    [Fact]
    public void Every_op_folder_has_all_its_pieces() => Assert.Empty(Folders.SelectMany(folder => folder.Problems()));

    [Fact]
    public void Every_catalogue_line_has_a_folder() =>
        Assert.Empty(OpCatalog.All.Select(entry => entry.Folder).Except(Folders.Select(folder => folder.Name)));

    [Fact]
    public void Every_cuda_source_belongs_to_an_op_that_reaches_it()
    {
        foreach (string stem in CudaStems())
        {
            OpFolder? folder = Folders.Where(folder => Owns(folder, stem)).MaxBy(folder => folder.Name.Length);
            Assert.True(folder is not null, $"native/cuda/ops/{stem}.cu: no folder of src/Kernels/Ops has this name");
            Assert.True(folder.Has("Cuda.cs"), $"native/cuda/ops/{stem}.cu: {folder.Name}.Cuda.cs, which calls it, is missing");
        }
    }

    [Fact]
    public void Every_native_kernel_has_a_cuda_source()
    {
        string[] stems = CudaStems();
        foreach (OpFolder folder in Folders.Where(folder => folder.Has("Cuda.cs")))
            Assert.True(stems.Contains(folder.SnakeName), $"{folder.Name}.Cuda.cs calls native/cuda/ops/{folder.SnakeName}.cu, which is missing");
    }

    /// <summary>ARCHITECTURE.md says which ops each device has; the test prints what is missing.</summary>
    [Fact]
    public void What_each_device_has_stands_in_the_architecture()
    {
        string[] all = [.. OpCatalog.All.Select(entry => entry.Folder)];
        foreach (var (device, written) in WrittenDevices())
        {
            DeviceKind kind = Enum.Parse<DeviceKind>(device, ignoreCase: true);
            // Plan runs no kernel: it has whatever is launched on it.
            string[] has = [.. OpCatalog.All.Where(entry => kind == DeviceKind.Plan || entry.Has(kind)).Select(entry => entry.Folder)];
            TestContext.Current.TestOutputHelper!.WriteLine($"{device} lacks {all.Length - has.Length} of {all.Length} ops: {string.Join(", ", all.Except(has))}");
            Assert.Equal(written is ["all"] ? all.Order() : written.Order(), has.Order());
        }
        Assert.Equal(Enum.GetNames<DeviceKind>().Order(), WrittenDevices().Keys.Select(name => char.ToUpperInvariant(name[0]) + name[1..]).Order());
    }

    private static Dictionary<string, string[]> WrittenDevices()
    {
        string text = File.ReadAllText(Path.Combine(OpFolder.Root, "ARCHITECTURE.md"));
        string block = text.Split("```devices\n")[1].Split("```")[0];
        return block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => words[1..]);
    }

    private static bool Owns(OpFolder folder, string stem) =>
        stem == folder.SnakeName || stem.StartsWith($"{folder.SnakeName}_", StringComparison.Ordinal);

    private static string[] CudaStems() =>
        [.. Directory.GetFiles(Path.Combine(OpFolder.Root, "native/cuda/ops"), "*.cu").Select(Path.GetFileNameWithoutExtension).Select(stem => stem!)];
}
