// Whole steps: `dotnet run -c Release --project bench/Steps -- lora-fp32|matmul-bf16|attention|decode [--peer torchsharp] [--pairs N] [--steps N] [--ops] | startup [MODEL]`.
using FastTune.Bench.Steps;
using FastTune.Bench.Steps.Rows;

var options = BenchOptions.Parse(args);
(string Name, Func<BenchOptions, int> Run)[] benches =
[
    ("lora-fp32", options => options.Peer is null ? LoraStep.Run(options) : PeerPairs.Run(options)),
    ("matmul-bf16", MatmulRows.Run),
    ("attention", AttentionRows.Run),
    ("decode", DecodeRows.Run),
    ("decode-one", DecodeRows.One),
    ("startup", Startup.Measure),
    ("first-forward", Startup.FirstForward),
];
var bench = benches.FirstOrDefault(entry => entry.Name == options.Bench);
if (bench.Run is not null && options.Error is null) return bench.Run(options);
Console.Error.WriteLine($"bench/Steps: {options.Error ?? $"name a bench: {string.Join(", ", benches.Select(entry => entry.Name))}"}");
return 2;
