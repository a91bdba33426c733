// Recipe keys about what is trained: the stage and full, freeze or LoRA tuning.
namespace FastTune.Config;

/// <summary>The training stage and which weights move.</summary>
public sealed record MethodOptions
{
    /// <summary>pt, sft, rm, ppo, dpo or kto.</summary>
    public string Stage { get; init; } = "sft";

    /// <summary>lora, oft, freeze or full.</summary>
    public string FinetuningType { get; init; } = "lora";

    /// <summary>Freeze: trainable blocks, the last n if positive, the first n if negative.</summary>
    public int FreezeTrainableLayers { get; init; } = 2;

    /// <summary>Freeze: names of trainable parts inside those blocks, or <c>all</c>.</summary>
    public IReadOnlyList<string> FreezeTrainableModules { get; init; } = ["all"];

    /// <summary>Freeze: trainable parts outside the blocks.</summary>
    public IReadOnlyList<string> FreezeExtraModules { get; init; } = [];

    /// <summary>Parts outside the adapter that are trained in full and saved with it.</summary>
    public IReadOnlyList<string> AdditionalTarget { get; init; } = [];

    /// <summary>Merge the given adapters into the base and start a new one.</summary>
    public bool CreateNewAdapter { get; init; }

    /// <summary>LoRA rank r.</summary>
    public int LoraRank { get; init; } = 8;

    /// <summary>LoRA alpha; derived when unset: twice the rank.</summary>
    public int LoraAlpha { get; init; } = 16;

    /// <summary>Share of LoRA's inputs that are dropped while training.</summary>
    public double LoraDropout { get; init; }

    /// <summary>Names of layers that get LoRA, or <c>all</c> for every linear layer but the output.</summary>
    public IReadOnlyList<string> LoraTarget { get; init; } = ["all"];

    /// <summary>Scale by alpha/√r instead of alpha/r.</summary>
    public bool UseRslora { get; init; }
}
