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

    /// <summary>Number type of chat and export: auto (the checkpoint's), float16, bfloat16, float32.</summary>
    public string InferDtype { get; init; } = "auto";

    /// <summary>Answers of a model in GGUF's block types round the activations to int8 in blocks of 32, as llama.cpp does: faster, not exact.</summary>
    public bool Int8Activations { get; init; }
}
