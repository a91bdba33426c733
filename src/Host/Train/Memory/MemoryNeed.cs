// What a run will take of the machine's memory, worked out before its first step; refused when the machine has less.
using FastTune.Config;
using FastTune.Data;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Plan;
using FastTune.Kernels.Memory;
using FastTune.Templates;

namespace FastTune.Train.Memory;

/// <param name="Books">The planned run's memory by category.</param>
/// <param name="Device">Bytes of tensors with the gaps between them.</param>
/// <param name="Process">Bytes of everything else: the program, the rows, buffers of the kernels and of reading and writing files.</param>
internal sealed record MemoryNeed(MemoryLedger Books, long Device, long Process)
{
    /// <summary>Measured growth of the program itself while it trains: compiled code, stacks, the collector's spare room.</summary>
    private const long ProgramGrowth = 64L << 20;

    /// <summary>Packed panels and attention tiles of a thread, at most.</summary>
    private const long ThreadBytes = 6L << 20;

    /// <summary>Buffers of files being written or read, one tensor block each.</summary>
    private const long FileBuffers = 24L << 20;

    /// <summary>Pages of the system come in pieces of this size at the end of each pool's segment.</summary>
    private const long PageSlack = 8L << 20;

    public long Total => Device + Process;

    /// <summary>Plans the run. Call it when the rows are loaded and the model is not.</summary>
    /// <param name="resume">Checkpoint that the run goes on from, or null.</param>
    public static MemoryNeed Of(Recipe recipe, ITemplate template, PreparedData data, string? resume)
    {
        using var device = new PlanDevice();
        long largest = PlannedSteps.Run(device, recipe, template, data, resume);
        long program = MachineMemory.Resident() + ProgramGrowth + CpuPool.Shared.Threads * ThreadBytes + FileBuffers;
        // While weights come in, the largest one is in memory three times at most (its file's pages, values to convert, and new
        // values when they are drawn or the vocabulary grows); gradients, moments and activations are not there yet.
        long loading = 3 * largest + device.Memory.Ledger.PeakOf(Category.Weights);
        long restoring = resume is null ? 0 : 2 * largest;
        long tensors = device.Memory.Touched + PageSlack;
        return new MemoryNeed(device.Memory.Ledger, tensors, Math.Max(program + restoring, program + loading - tensors));
    }

    /// <summary>One line for the user.</summary>
    public string Describe(MachineMemory machine) =>
        $"memory: {Size(Total)} needed ({string.Join(", ", Parts())}, program and rows {Size(Process)}), {Size(machine.Total)} in this machine";

    /// <exception cref="UserError">The machine has less than is needed.</exception>
    public void Require(MachineMemory machine, Recipe recipe)
    {
        if (Total > machine.Total)
            throw new UserError($"memory: this run needs {Size(Total)} ({string.Join(", ", Parts())}), the machine has {Size(machine.Total)}: {Remedies(recipe)}");
    }

    private IEnumerable<string> Parts() => Enum.GetValues<Category>()
        .Where(category => Books.AtPeak(category) > 0).Select(category => $"{category.ToString().ToLowerInvariant()} {Size(Books.AtPeak(category))}");

    private static string Remedies(Recipe recipe)
    {
        string?[] keys =
        [
            recipe.Training.PerDeviceTrainBatchSize > 1 ? "per_device_train_batch_size (and raise gradient_accumulation_steps)" : null, "cutoff_len",
            recipe.Method.FinetuningType == "lora" ? "lora_rank" : null,
        ];
        string?[] settings =
        [
            recipe.Precision.Bf16 || recipe.Precision.PureBf16 ? null : "bf16: true", recipe.Precision.PureBf16 ? null : "pure_bf16: true",
            recipe.Method.FinetuningType == "lora" ? null : "finetuning_type: lora", recipe.Model.DisableGradientCheckpointing ? "disable_gradient_checkpointing: false" : null,
        ];
        return $"lower {string.Join(", ", keys.OfType<string>())}, or set {string.Join(" or ", settings.OfType<string>())}";
    }

    internal static string Size(long bytes) => bytes < 1_000_000_000 ? $"{Math.Ceiling(bytes / 1e6):F0} MB" : $"{Math.Ceiling(bytes / 1e8) / 10:F1} GB";
}
