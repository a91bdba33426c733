// fasttune env: what this machine is and what of it FastTune can use, for people or as JSON.
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastTune.Cli;

internal static class EnvVerb
{
    private const string Json = "--json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly Verb Verb = new("env", $"[{Json}]", "show what this machine is and which devices can be used",
        "Measures the CPU's fp32 peak and copy bandwidth; takes about a second.", Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal)
    {
        Arguments.Expect(arguments, Verb, Json);
        var machine = Machine.Measure();
        if (arguments.Contains(Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(Document(machine), Indented));
            return 0;
        }
        foreach (var (name, value) in Lines(machine)) terminal.Out.WriteLine($"{name,-10} {Printable.Line(value)}");
        return 0;
    }

    private static Dictionary<string, object> Document(Machine machine) => new()
    {
        ["version"] = VersionVerb.Version,
        ["dotnet"] = machine.Runtime,
        ["os"] = machine.System,
        ["cores"] = machine.Cores,
        ["memory_bytes"] = machine.MemoryBytes,
        ["isa"] = machine.Isa,
        ["machine_class"] = machine.Class,
        ["fma_gflops"] = Math.Round(machine.FmaGflops, 1),
        ["bf16_gflops"] = Math.Round(machine.BF16Gflops, 1),
        ["copy_gb_per_s"] = Math.Round(machine.CopyGBps, 1),
        ["devices"] = machine.Devices.Select(device => new Dictionary<string, object>
        {
            ["name"] = device.Name,
            ["usable"] = device.Usable,
            ["note"] = device.Note,
        }).ToArray(),
    };

    private static string BF16(Machine machine) =>
        machine.BF16Gflops == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{machine.BF16Gflops:F0} GFLOP/s bf16, ");

    private static IEnumerable<(string Name, string Value)> Lines(Machine machine)
    {
        var invariant = CultureInfo.InvariantCulture;
        yield return ("fasttune", VersionVerb.Version);
        yield return ("runtime", $"{machine.Runtime} on {machine.System}");
        yield return ("cpu", $"{machine.Cores} cores, {machine.Isa}");
        yield return ("memory", string.Create(invariant, $"{machine.MemoryBytes / 1e9:F1} GB"));
        yield return ("peak", string.Create(invariant, $"{machine.FmaGflops:F0} GFLOP/s fp32 FMA, {BF16(machine)}{machine.CopyGBps:F1} GB/s copy (measured)"));
        foreach (var device in machine.Devices) yield return ($"  {device.Name}", $"{(device.Usable ? "usable" : "not usable")}: {device.Note}");
    }
}
