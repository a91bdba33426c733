// decode: answers token by token from quantised GGUF files, beside llama.cpp on the same file with the same threads.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FastTune.Config;
using FastTune.Inference;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Bench.Steps.Rows;

internal static partial class DecodeRows
{
    private const int PromptTokens = 32, Tokens = 64;

    public static int Run(BenchOptions options)
    {
        string small = Directory.GetFiles(options.Model, "*.gguf").Single();
        double bandwidth = CpuPeak.MeasureCopyGBps(CpuPool.Shared);
        var ratios = new List<double>();
        foreach (string file in new[] { small, HalfBillionFile.Make(small) })
        {
            var pairs = Enumerable.Range(0, options.Pairs).Select(_ => (
                Rounded: Rate(Child.Start("decode-one", file, "--int8")), Exact: Rate(Child.Start("decode-one", file)), Peer: Rate(Child.Llama(file, Tokens)))).ToList();
            double rounded = RowPairs.Median(pairs.Select(pair => pair.Rounded / pair.Peer)), exact = RowPairs.Median(pairs.Select(pair => pair.Exact / pair.Peer));
            double fastest = pairs.Max(pair => pair.Rounded), bytes = new FileInfo(file).Length / 1e9;
            Console.WriteLine(
                $"{Path.GetFileName(file)}: int8 activations {fastest:F1} tok/s ({fastest * bytes:F1} GB/s, {100 * fastest * bytes / bandwidth:F0}% of the {bandwidth:F1} copied),"
                + $" exact {pairs.Max(pair => pair.Exact):F1}, llama.cpp {pairs.Max(pair => pair.Peer):F1}; ratio {rounded:F3}, exact {exact:F3}");
            ratios.Add(rounded);
        }
        Console.WriteLine($"ratio decode {ratios.Min():F3}");
        return 0;
    }

    /// <summary>Our side: one file, one way of rounding.</summary>
    public static int One(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string[] arguments = [$"model_name_or_path={options.Model}", "template=default", $"int8_activations={(options.Int8 ? "true" : "false")}"];
        Recipe recipe = RecipeReader.Read(Purpose.Infer, arguments);
        using var device = new CpuDevice();
        using InferenceModel model = InferenceModel.Load(recipe, device);
        using var generator = new Generator(model.Decoder);
        generator.Logits([.. Enumerable.Range(100, PromptTokens)]);
        double best = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < Tokens; i++)
        {
            long start = Stopwatch.GetTimestamp();
            generator.Logits([500 + i]);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        Console.WriteLine($"decode {Tokens / Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} tok/s mean {1 / best:F1} tok/s best {OpRow.Peak()} kB");
        return 0;
    }

    private static double Rate(ProcessStartInfo start)
    {
        double rate = 0;
        foreach (string line in Child.Lines(start))
        {
            Console.Error.WriteLine(line);
            if (Form().Match(line) is { Success: true } match) rate = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        }
        return rate > 0 ? rate : throw new InvalidOperationException($"{start.FileName} printed no rate");
    }

    [GeneratedRegex(@"mean ([0-9.]+) tok/s best", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
