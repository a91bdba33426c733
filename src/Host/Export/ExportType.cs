// Which number type an exported model has.
using FastTune.Formats;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Export;

internal static class ExportType
{
    /// <summary>The type asked for by infer_dtype. `auto` keeps the type of a half-precision model; others (fp32, GGUF) become bf16.</summary>
    public static StoredType Of(string inferDtype, Checkpoint checkpoint) => inferDtype switch
    {
        "auto" => checkpoint.Gguf is null && Own(checkpoint) == "float16" ? StoredType.F16 : StoredType.BF16,
        "bfloat16" => StoredType.BF16,
        "float32" => StoredType.F32,
        _ => throw new UserError($"infer_dtype: {inferDtype} cannot be exported; choose auto, bfloat16 or float32", 2),
    };

    /// <summary>The name in config.json.</summary>
    public static string ConfigName(StoredType type) => type == StoredType.F32 ? "float32" : type == StoredType.F16 ? "float16" : "bfloat16";

    /// <summary>The type in which adapters are merged: fp16 has no form on the device.</summary>
    public static DType Computing(StoredType type) => type == StoredType.BF16 ? DType.BF16 : DType.F32;

    private static string Own(Checkpoint checkpoint) =>
        checkpoint.Config.StoredType ?? (checkpoint.Weights[0].StoredType == StoredType.F16 ? "float16" : "float32");
}
