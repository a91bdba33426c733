// tools/NewOp writes an op that builds against the engine and passes its own case table, and it overwrites nothing.
using System.Diagnostics;
using System.Runtime.Loader;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops;
using FastTune.NewOp;
using FastTune.Tests.Kernels.Cases;
using Xunit;

namespace FastTune.Tests.Kernels.Inventory;

public sealed class NewOpTests : IDisposable
{
    private const string Catalogue = "src/Kernels/Ops/OpCatalog.cs";

    /// <summary>A name that may see the engine's internals, as the op will from inside.</summary>
    private const string Assembly = "FastTune.Bench.Ops";

    private readonly string _root = Directory.CreateTempSubdirectory("fasttune-newop").FullName;

    public NewOpTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "src/Kernels/Ops"));
        File.Copy(Path.Combine(OpFolder.Root, Catalogue), Path.Combine(_root, Catalogue));
    }

    [Fact]
    public void The_skeleton_builds_and_passes_its_case_table()
    {
        OpSkeleton.Write(_root, "SoftSign");
        var rows = Built("SoftSign");
        var memory = new GuardedMemory();
        using var device = new CpuDevice(CpuPool.Shared, memory);
        Assert.NotEmpty(rows);
        foreach (IOpCase row in rows.Where(row => !row.BenchOnly))
        {
            Assert.StartsWith("soft_sign(", row.Name);
            Assert.Null(new CaseRunner(device).Run(row));
            if (row.Inputs[0].Type == FastTune.Kernels.Tensors.DType.F32) Assert.Null(FiniteDifferences.Check(row));
        }
        Assert.Equal(0, memory.Damaged);
    }

    [Fact]
    public void The_skeleton_lacks_only_what_a_device_may_lack()
    {
        OpSkeleton.Write(_root, "SoftSign");
        var folder = new OpFolder("SoftSign", Path.Combine(_root, "src/Kernels/Ops/SoftSign"));
        Assert.Equal(["SoftSign: catalogue line"], folder.Problems().Select(problem => problem.Split(" is missing")[0]));
        Assert.Contains("        new(\"SoftSign\", SoftSign.SoftSignCases.All, kind => SoftSign.SoftSign.Kernels.Find(kind) is not null),\n    ];",
            File.ReadAllText(Path.Combine(_root, Catalogue)));
    }

    [Fact]
    public void An_op_that_exists_is_left_alone()
    {
        OpSkeleton.Write(_root, "SoftSign");
        string before = File.ReadAllText(Path.Combine(_root, Catalogue));
        Assert.Contains("exists", Assert.Throws<IOException>(() => OpSkeleton.Write(_root, "SoftSign")).Message);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_root, Catalogue)));
        Assert.Throws<IOException>(() => OpSkeleton.Write(Path.Combine(_root, "src"), "Other"));
    }

    [Theory]
    [InlineData("RmsNorm", true)]
    [InlineData("rms_norm", false)]
    [InlineData("../Up", false)]
    [InlineData("A", false)]
    [InlineData("", false)]
    public void A_name_is_a_type_name(string name, bool valid) => Assert.Equal(valid, OpSkeleton.IsName(name));

    /// <summary>The case table of the op in the temporary folder, built against the engine that this test runs on.</summary>
    private IOpCase[] Built(string name)
    {
        File.WriteAllText(Path.Combine(_root, "Op.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework><AssemblyName>{Assembly}</AssemblyName>
                <Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="src/Kernels/Ops/{name}/*.cs" />
                <Reference Include="{typeof(OpCatalog).Assembly.Location}" />
              </ItemGroup>
            </Project>
            """);
        Run("build", "-c", "Release", "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-o", Path.Combine(_root, "out"), Path.Combine(_root, "Op.csproj"));
        using var file = File.OpenRead(Path.Combine(_root, "out", $"{Assembly}.dll"));
        var built = AssemblyLoadContext.Default.LoadFromStream(file);
        return (IOpCase[])built.GetType($"FastTune.Kernels.Ops.{name}.{name}Cases", throwOnError: true)!.GetField("All")!.GetValue(null)!;
    }

    private static void Run(params string[] arguments)
    {
        string own = Environment.ProcessPath ?? "";
        string dotnet = Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        using var build = Process.Start(new ProcessStartInfo(dotnet, arguments) { RedirectStandardOutput = true })!;
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
