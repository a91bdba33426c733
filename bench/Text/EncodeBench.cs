// Encodes the speed goldens' text with both tokenizers, turn by turn, and compares their ids.
using System.Diagnostics;
using FastTune.Parity;
using FastTune.Tokenizers;

namespace FastTune.Bench.Text;

internal static class EncodeBench
{
    private const int DocumentLength = 2048;

    /// <param name="perfFolder">Folder with words.json.</param>
    /// <param name="tokenizerFolder">Folder with tokenizer.json.</param>
    public static int Run(string perfFolder, string tokenizerFolder, int rounds)
    {
        // The peer must not use its own threads.
        Environment.SetEnvironmentVariable("TOKENIZERS_PARALLELISM", "false");
        Environment.SetEnvironmentVariable("RAYON_NUM_THREADS", "1");
        string[] documents = [.. SpeedText.Documents(SpeedText.Build(Path.Combine(perfFolder, "words.json")), DocumentLength)];
        double bytes = documents.Sum(d => (double)System.Text.Encoding.UTF8.GetByteCount(d));
        var ours = Tokenizer.Load(tokenizerFolder);
        var peer = new global::Tokenizers.DotNet.Tokenizer(vocabPath: Path.Combine(tokenizerFolder, "tokenizer.json"));
        if (FirstDifference(documents, ours, peer) is { } difference)
        {
            Console.WriteLine(difference);
            return 1;
        }
        var ourBest = TimeSpan.MaxValue;
        var peerBest = TimeSpan.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            var one = Cpu(() => { foreach (string document in documents) ours.Encode(document); });
            var two = Cpu(() => { foreach (string document in documents) peer.Encode(document); });
            Console.WriteLine($"round {round + 1}: FastTune {bytes / 1e6 / one.TotalSeconds:F2} MB/s, tokenizers {bytes / 1e6 / two.TotalSeconds:F2} MB/s (CPU time)");
            (ourBest, peerBest) = (one < ourBest ? one : ourBest, two < peerBest ? two : peerBest);
        }
        Console.WriteLine($"best of {rounds}: FastTune {bytes / 1e6 / ourBest.TotalSeconds:F2} MB/s, tokenizers {bytes / 1e6 / peerBest.TotalSeconds:F2} MB/s");
        Console.WriteLine($"ratio encode {peerBest / ourBest:F2}");
        return 0;
    }

    private static string? FirstDifference(string[] documents, Tokenizer ours, global::Tokenizers.DotNet.Tokenizer peer)
    {
        for (int i = 0; i < documents.Length; i++)
        {
            int[] left = ours.Encode(documents[i]);
            uint[] right = peer.Encode(documents[i]);
            if (!left.Select(id => (uint)id).SequenceEqual(right)) return $"document {i}: the ids differ ({left.Length} and {right.Length})";
        }
        return null;
    }

    /// <summary>Processor time of all threads, which the load of the machine disturbs less than the clock.</summary>
    private static TimeSpan Cpu(Action action)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        action();
        process.Refresh();
        return process.TotalProcessorTime - before;
    }
}
