// Times ops against the machine's measured roof: `dotnet run -c Release --project bench/Ops -- matmul|attention|decode [name part] [--cpu-time]`.
using FastTune.Bench.Ops;
using FastTune.Kernels.Devices.Cpu;

(string Name, Action<CpuPool, string> Run)[] benches = [("matmul", MatmulBench.Run), ("attention", AttentionBench.Run), ("decode", DecodeBench.Run)];

Timing.ByCpuTime = args.Contains("--cpu-time");
string[] words = [.. args.Where(word => word != "--cpu-time")];
string wanted = words.Length > 0 ? words[0] : "";
var bench = benches.FirstOrDefault(entry => entry.Name == wanted);
if (bench.Run is null)
{
    Console.Error.WriteLine($"bench/Ops: name a bench: {string.Join(", ", benches.Select(entry => entry.Name))}");
    return 2;
}
using var pool = new CpuPool(Timing.ByCpuTime ? 1 : Environment.ProcessorCount);
Console.WriteLine($"# {DateTime.UtcNow:yyyy-MM-dd} {Isa.Describe()}, {pool.Threads} threads{(Timing.ByCpuTime ? ", CPU time" : "")}");
bench.Run(pool, words.Length > 1 ? words[1] : "");
return 0;
