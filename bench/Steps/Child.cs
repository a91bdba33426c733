// Processes that the bench starts: this program again with other arguments, or a peer.
using System.Diagnostics;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Bench.Steps;

internal static class Child
{
    /// <summary>This program, with these arguments.</summary>
    public static ProcessStartInfo Start(params string[] arguments) => new("dotnet", [typeof(Child).Assembly.Location, .. arguments]);

    /// <summary>libtorch's side, in the dtype of this CPU's class: bf16 with VDPBF16PS, else fp32.</summary>
    public static ProcessStartInfo Peer(string bench) => new(
        "bash", [Path.Combine(Root(), "bench/peers/torchsharp/run.sh"), bench, Isa.HasAvx512Bf16 ? "bf16" : "fp32"]);

    /// <summary>llama.cpp's side.</summary>
    public static ProcessStartInfo Llama(string model, int tokens) =>
        new("bash", [Path.Combine(Root(), "bench/peers/llama/run.sh"), model, $"{Environment.ProcessorCount}", $"{tokens}"]);

    /// <summary>The lines of a process's output as they come.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static IEnumerable<string> Lines(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line) yield return line;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}");
    }

    /// <summary>The repository: the folder of FastTune.sln at or above the working folder.</summary>
    public static string Root()
    {
        string? folder = Environment.CurrentDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FastTune.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("run bench/Steps inside the repository");
    }
}
