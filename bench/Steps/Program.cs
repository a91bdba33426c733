// Whole steps: `dotnet run -c Release --project bench/Steps -- lora-fp32|lora-bf16|lora-bf16-ckpt|matmul-bf16|attention|decode [--peer torchsharp] [--pairs N]
// [--steps N] [--ops]`, `-- memory-limit [--limit 1GB]`, `-- long-context [--plan]`, `-- train-recipe [MODEL]`, `-- steady`, `-- startup [MODEL]`.
using FastTune.Bench.Steps;
using FastTune.Bench.Steps.Rows;

var options = BenchOptions.Parse(args);
(string Name, Func<BenchOptions, int> Run)[] benches =
[
    ("lora-fp32", options => Step(options, LoraStep.Fp32)),
    ("lora-bf16", options => Step(options, LoraStep.Bf16)),
    ("lora-bf16-ckpt", options => Step(options, LoraStep.Bf16Checkpointed)),
    ("memory-limit", LimitedStep.Limits),
    ("long-context", LimitedStep.LongContext),
    ("train-recipe", RecipeStep.Run),
    ("train-recipe-run", RecipeStep.Train),
    ("steady", SteadyStep.Run),
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

static int Step(BenchOptions options, StepRow row) => options.Peer is null ? LoraStep.Run(options, row) : PeerPairs.Run(options);
