// Streams files of several sizes, each in a process of its own, and prints the most memory that each process held.
using System.Diagnostics;
using System.Globalization;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Bench.Text;

internal static class StreamBench
{
    public const string Child = "stream-child";

    /// <summary>Twice the memory for a larger file would be a leak; this much is noise of the collector.</summary>
    private const double MostGrowth = 1.25;

    /// <param name="rows">Rows of the files, smallest first.</param>
    public static int Run(string sources, string tokenizerFolder, IReadOnlyList<int> rows)
    {
        string folder = Directory.CreateTempSubdirectory("fasttune-stream-").FullName;
        try
        {
            double first = 0, last = 0;
            foreach (int count in rows)
            {
                PreprocessBench.Write(sources, folder, count);
                double size = new FileInfo(Path.Combine(folder, "repeated.jsonl")).Length / 1e6;
                last = Peak(folder, tokenizerFolder);
                if (first == 0) first = last;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} rows, file {size:F0} MB: peak RSS {last:F0} MB"));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth {last / first:F2} (at most {MostGrowth:F2})"));
            return last > 0 && last <= MostGrowth * first ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One pass over the stream; the last line is the process's peak in kB.</summary>
    public static int RunChild(string folder, string tokenizerFolder)
    {
        var template = ChatTemplates.Find("qwen", Tokenizer.Load(tokenizerFolder));
        var data = new DataOptions { DatasetDir = folder, Dataset = ["repeated"], Streaming = true, BufferSize = 1000, PreprocessingNumWorkers = 2 };
        long tokens = DatasetLoader.Load(new DataRequest(data, "sft", template, Seed: 42)).TrainStream!(0).Sum(row => (long)row.InputIds.Length);
        string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        Console.WriteLine($"{tokens} tokens");
        Console.WriteLine(peak["VmHWM:".Length..].Replace("kB", "").Trim());
        return 0;
    }

    private static double Peak(string folder, string tokenizerFolder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Child, folder, tokenizerFolder]) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        string[] lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        return child.ExitCode == 0 ? double.Parse(lines[^1], CultureInfo.InvariantCulture) / 1e3 : 0;
    }
}
