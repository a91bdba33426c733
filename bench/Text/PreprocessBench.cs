// Whole SFT preprocessing of 50,000 rows with two threads, in memory and as a stream, with the memory each takes.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Bench.Text;

internal static class PreprocessBench
{
    private const int Threads = 2;
    private const double Bar = 4000;

    /// <summary>Rows of <c>alpaca.json</c> and <c>alpaca_long.jsonl</c>, repeated with a running number in the text.</summary>
    public static int Run(string sources, string tokenizerFolder, int rows)
    {
        string folder = Directory.CreateTempSubdirectory("fasttune-preprocess-").FullName;
        try
        {
            Write(sources, folder, rows);
            var template = ChatTemplates.Find("qwen", Tokenizer.Load(tokenizerFolder));
            var data = new DataOptions { DatasetDir = folder, Dataset = ["repeated"], PreprocessingNumWorkers = Threads };
            double speed = Measure("in memory", rows, () => DatasetLoader.Load(new DataRequest(data, "sft", template, Seed: 42)).TrainRows);
            Measure("stream", rows, () => DatasetLoader.Load(new DataRequest(data with { Streaming = true, BufferSize = 1000 }, "sft", template, Seed: 42)).TrainStream!(0));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rows/s {speed:F0} with {Threads} threads, bar {Bar:F0}: {(speed >= Bar ? "met" : "missed")}"));
            return speed >= Bar ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Measure(string name, int rows, Func<IEnumerable<Sample>> load)
    {
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true), peak = 0, tokens = 0;
        int count = 0;
        var cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        foreach (var row in load())
        {
            tokens += row.InputIds.Length;
            if (++count % 5000 == 0) peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
        }
        double seconds = clock.Elapsed.TotalSeconds;
        // Processor time of all threads: what other programs on the machine disturb less than the clock.
        double cpu = (Process.GetCurrentProcess().TotalProcessorTime - cpuBefore).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-10} {count} rows, {tokens} tokens in {seconds:F2} s: {count / seconds:F0} rows/s, {tokens / seconds / 1e6:F2} M tokens/s; {cpu:F2} CPU s: {Threads * count / cpu:F0} rows/s if {Threads} cores were free all the time; managed memory +{(peak - before) / 1e6:F0} MB"));
        return count == rows ? count / seconds : 0;
    }

    internal static void Write(string sources, string folder, int rows)
    {
        var seeds = JsonNode.Parse(File.ReadAllText(Path.Combine(sources, "alpaca.json")))!.AsArray().Select(row => row!)
            .Concat(File.ReadLines(Path.Combine(sources, "alpaca_long.jsonl")).Select(line => JsonNode.Parse(line)!)).ToList();
        File.WriteAllText(Path.Combine(folder, "dataset_info.json"), """{"repeated": {"file_name": "repeated.jsonl"}}""");
        using var writer = new StreamWriter(Path.Combine(folder, "repeated.jsonl"));
        for (int i = 0; i < rows; i++)
        {
            var row = seeds[i % seeds.Count];
            writer.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string?>
            {
                ["instruction"] = $"{i} {row["instruction"]}",
                ["input"] = (string?)row["input"],
                ["output"] = $"{row["output"]} {i}",
            }));
        }
    }
}
