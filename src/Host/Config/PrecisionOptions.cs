// Recipe keys about number types.
namespace FastTune.Config;

/// <summary>Which number types weights and activations have. Neither switch: all fp32.</summary>
public sealed record PrecisionOptions
{
    /// <summary>Frozen weights and activations bf16, trainable weights fp32 masters.</summary>
    public bool Bf16 { get; init; }

    /// <summary>Mixed precision with fp16; refused on the CPU.</summary>
    public bool Fp16 { get; init; }

    /// <summary>All weights bf16, trainable ones too.</summary>
    public bool PureBf16 { get; init; }

    /// <summary>Norm weights stay fp32.</summary>
    public bool UpcastLayernorm { get; init; }

    /// <summary>Number type of chat and export: auto (the checkpoint's), float16, bfloat16, float32.</summary>
    public string InferDtype { get; init; } = "auto";

    /// <summary>Derived for training: bfloat16 (bf16, pure_bf16), float16 (fp16) or null (fp32).</summary>
    public string? ComputeDtype { get; init; }
}
