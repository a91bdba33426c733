// A planned step books exactly the memory that the same step takes on the CPU: full, LoRA and freeze tuning, every schedule.
using System.Text.Json.Nodes;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Plan;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train;
using Xunit;

namespace FastTune.Tests.Train;

/// <summary>A recipe as far as memory sees it.</summary>
public sealed record PlannedRecipe(
    string Name, DType Compute, bool Base, bool LastLayerOnly, int Rank, ActivationSchedule Schedule, int Rows, int Width, float Dropout = 0)
{
    public override string ToString() => Name;
}

public class PlanTests
{
    private static readonly DecoderSpec Spec = new()
    {
        Family = "llama",
        HiddenSize = 96,
        VocabularySize = 3000,
        Layers = [.. Enumerable.Repeat(new LayerSpec(), 3)],
        Attention = new AttentionSpec(6, 2, 16),
        Mlp = new MlpSpec(256, Activation.Silu),
        NormEpsilon = 1e-5f,
        Rope = new RopeSpec(10000, 16, 256),
        TiedHead = true,
        MaxPositions = 256,
    };

    public static TheoryData<PlannedRecipe> Recipes =>
    [
        new PlannedRecipe("full", DType.F32, Base: true, LastLayerOnly: false, Rank: 0, Schedule: ActivationSchedule.RecomputeAll, Rows: 4, Width: 60),
        new PlannedRecipe("lora", DType.F32, Base: false, LastLayerOnly: false, Rank: 8, Schedule: ActivationSchedule.KeepAll, Rows: 3, Width: 101),
        new PlannedRecipe("lora in bf16, dropout", DType.BF16, Base: false, LastLayerOnly: false, Rank: 8, new ActivationSchedule(0, 2), Rows: 3, Width: 101, Dropout: 0.1f),
        new PlannedRecipe("lora, a layer of each kind", DType.F32, Base: false, LastLayerOnly: false, Rank: 8, new ActivationSchedule(1, 1, 1 << 20), Rows: 4, Width: 128),
        new PlannedRecipe("freeze in bf16", DType.BF16, Base: true, LastLayerOnly: true, Rank: 0, Schedule: ActivationSchedule.KeepAll, Rows: 2, Width: 128),
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void PlansTheMeasuredPeak(PlannedRecipe recipe)
    {
        using var plan = new PlanDevice();
        using var cpu = new CpuDevice();
        MemoryLedger planned = Steps(plan, recipe), measured = Steps(cpu, recipe);
        Assert.True(measured.Peak > measured.LiveOf(Category.Weights) + measured.AtPeak(Category.Gradients), "nothing but weights and gradients was counted");
        Assert.InRange(planned.Peak, 0.99 * measured.Peak, 1.01 * measured.Peak);
        Assert.Equal(cpu.Memory.Touched, plan.Memory.Touched);
        foreach (Category category in Enum.GetValues<Category>())
            Assert.InRange(planned.LiveOf(category), measured.LiveOf(category), measured.LiveOf(category));
    }

    /// <summary>Two steps: the second one has the optimizer's state from its beginning.</summary>
    private static MemoryLedger Steps(IDevice device, PlannedRecipe recipe)
    {
        using Decoder model = Create(device, recipe);
        using var optimizer = new AdamWOptimizer(device, [new OptimizerGroup([.. model.TrainableParameters], 0)], new AdamWOptions());
        var step = new TrainingStep(model, new Tape(device), optimizer, maxGradNorm: 1);
        for (ulong number = 0; number < 2; number++) step.Run([RandomBatch(recipe)], [1e-3], number);
        return device.Memory.Ledger;
    }

    private static Decoder Create(IDevice device, PlannedRecipe recipe)
    {
        bool Trains(string key) => recipe.Base && (!recipe.LastLayerOnly || key.Contains(".2."));
        var random = new Random(3);
        Decoder model = DecoderLoader.Create(
            new ModelConfig(Spec, new JsonObject(), null, null, [], null, []), device, new LoadOptions(recipe.Compute, recipe.Compute, DType.F32, Trains),
            slot => $"{slot.Slot.Role}.{slot.Slot.Layer}.weight",
            slot => [.. Enumerable.Range(0, (int)slot.Shape.Aggregate(1L, (product, size) => product * size)).Select(_ => random.NextSingle() - 0.5f)]);
        if (recipe.Rank > 0)
            foreach (LinearModule linear in model.Layers.SelectMany(layer => layer.Linears))
                linear.Adapters.Add(new ActiveAdapter(Pair(device, linear, recipe.Rank), recipe.Dropout, 0));
        model.Schedule = recipe.Schedule;
        model.RefreshTrainable();
        return model;
    }

    private static LoraPair Pair(IDevice device, LinearModule linear, int rank) => new(
        Low(device, $"{linear.Path}.lora_A.weight", rank, linear.Weight.Columns), Low(device, $"{linear.Path}.lora_B.weight", linear.Weight.Rows, rank), 2);

    private static Parameter Low(IDevice device, string name, long rows, long columns) =>
        new(name, device.From(new float[rows * columns], new Shape(rows, columns), Category.Adapters), true);

    private static Batch RandomBatch(PlannedRecipe recipe)
    {
        var random = new Random(5);
        int[] ids = [.. Enumerable.Range(0, recipe.Rows * recipe.Width).Select(_ => random.Next(Spec.VocabularySize))];
        return new Batch
        {
            Rows = recipe.Rows,
            Width = recipe.Width,
            InputIds = ids,
            Labels = ids,
            LabelWidth = recipe.Width,
            PositionIds = [.. Enumerable.Range(0, ids.Length).Select(i => i % recipe.Width)],
            SequenceIds = [.. Enumerable.Repeat(1, ids.Length)],
            Origins = [],
        };
    }
}
