// Recipe keys about the base model, its adapters and its vocabulary.
namespace FastTune.Config;

/// <summary>Which model is loaded and what is changed about it before training or generation.</summary>
public sealed record ModelOptions
{
    private readonly string? baseName;

    /// <summary>Model folder, GGUF file or hub id. Required: never empty in a validated recipe.</summary>
    public string ModelNameOrPath { get; init; } = "";

    /// <summary>The model as the recipe names it, for cards and adapters: stays the hub id when <see cref="ModelNameOrPath"/> has become its local folder.</summary>
    public string BaseName { get => baseName ?? ModelNameOrPath; init => baseName = value; }

    /// <summary>Adapter folders in order; all but the last are merged, the last one stays trainable.</summary>
    public IReadOnlyList<string> AdapterNameOrPath { get; init; } = [];

    /// <summary>Cache of what hubs give, or null: the official tools' own.</summary>
    public string? CacheDir { get; init; }

    /// <summary>Branch, tag or commit of the model on a hub.</summary>
    public string ModelRevision { get; init; } = "main";

    /// <summary>Token for the Hugging Face hub, or null: the environment's. Never written anywhere.</summary>
    public string? HfHubToken { get; init; }

    /// <summary>Token for ModelScope, or null: the environment's. Never written anywhere.</summary>
    public string? MsHubToken { get; init; }

    /// <summary>Enlarge embedding and output to the tokenizer's size, rounded up to a multiple of 64.</summary>
    public bool ResizeVocab { get; init; }

    /// <summary>Ordinary tokens to add; a new one switches the resizing on.</summary>
    public IReadOnlyList<string> AddTokens { get; init; } = [];

    /// <summary>Special tokens to add; a new one switches the resizing on.</summary>
    public IReadOnlyList<string> AddSpecialTokens { get; init; } = [];

    /// <summary>Start from random weights of the shape that the model's configuration describes.</summary>
    public bool TrainFromScratch { get; init; }

    /// <summary>Keep all activations instead of recomputing them in backward.</summary>
    public bool DisableGradientCheckpointing { get; init; }

    /// <summary>Bits of the layers' linears, quantised while they are loaded: 4, 8, or null for none.</summary>
    public int? QuantizationBit { get; init; }

    /// <summary>Whose formats: bnb (bitsandbytes).</summary>
    public string QuantizationMethod { get; init; } = "bnb";

    /// <summary>The 16 values of 4 bits: nf4 or fp4.</summary>
    public string QuantizationType { get; init; } = "nf4";

    /// <summary>Quantise the scales of 4-bit blocks too.</summary>
    public bool DoubleQuantization { get; init; } = true;

    /// <summary>The longest sequence that tokeniser and batches allow; derived: <see cref="DataOptions.CutoffLen"/>.</summary>
    public int? ModelMaxLength { get; init; }
}
