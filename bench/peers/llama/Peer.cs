// The peer for answering: llama.cpp through LLamaSharp's CPU backend, one token at a time.
// Usage: llamapeer MODEL.gguf THREADS TOKENS
using System.Diagnostics;
using System.Globalization;
using LLama;
using LLama.Common;
using LLama.Native;

NativeLibraryConfig.All.WithLogCallback((LLamaLogLevel level, string message) => { });
int threads = int.Parse(args[1]), tokens = int.Parse(args[2]);
var parameters = new ModelParams(args[0]) { ContextSize = 1024, BatchSize = 512, Threads = threads, BatchThreads = threads, GpuLayerCount = 0 };
using var weights = LLamaWeights.LoadFromFile(parameters);
using var context = weights.CreateContext(parameters);
var batch = new LLamaBatch();
for (int i = 0; i < 32; i++) batch.Add((LLamaToken)(100 + i), i, LLamaSeqId.Zero, i == 31);
if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) throw new InvalidOperationException("the prompt was not decoded");
double best = double.MaxValue;
var all = Stopwatch.StartNew();
for (int i = 0; i < tokens; i++)
{
    batch.Clear();
    batch.Add((LLamaToken)(500 + i), 32 + i, LLamaSeqId.Zero, true);
    long start = Stopwatch.GetTimestamp();
    if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) throw new InvalidOperationException("a token was not decoded");
    _ = context.NativeHandle.GetLogitsIth(0)[0];
    best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
}
string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM"))[6..^2].Trim();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"decode {tokens / all.Elapsed.TotalSeconds:F1} tok/s mean {1 / best:F1} tok/s best {peak} kB"));
