// Every op of the engine, one a line: what the case runner, the inventory test and the bench walk through.
namespace FastTune.Kernels.Ops;

/// <summary>An op folder: its name, its case table, and whether each device has a kernel.</summary>
/// <param name="Folder">Name of the folder under Ops and stem of its files.</param>
/// <param name="Has">Whether a kernel exists for a kind of device.</param>
public sealed record OpEntry(string Folder, IReadOnlyList<IOpCase> Cases, Func<Devices.DeviceKind, bool> Has);

public static class OpCatalog
{
    public static readonly OpEntry[] All =
    [
        new("AdamW", AdamW.AdamWCases.All, kind => AdamW.AdamW.Kernels.Find(kind) is not null),
        new("AdamW8bit", AdamW8bit.AdamW8bitCases.All, kind => AdamW8bit.AdamW8bit.Kernels.Find(kind) is not null),
        new("GradNorm", GradNorm.GradNormCases.All, kind => GradNorm.GradNorm.Kernels.Find(kind) is not null),
        new("Attention", Attention.AttentionCases.All, kind => Attention.Attention.Kernels.Find(kind) is not null),
        new("CrossEntropy", CrossEntropy.CrossEntropyCases.All, kind => CrossEntropy.CrossEntropy.Kernels.Find(kind) is not null),
        new("Dropout", Dropout.DropoutCases.All, kind => Dropout.Dropout.Kernels.Find(kind) is not null),
        new("Embedding", Embedding.EmbeddingCases.All, kind => Embedding.Embedding.Kernels.Find(kind) is not null),
        new("EmbeddingDelta", EmbeddingDelta.EmbeddingDeltaCases.All, kind => EmbeddingDelta.EmbeddingDelta.Kernels.Find(kind) is not null),
        new("GatherRows", GatherRows.GatherRowsCases.All, kind => GatherRows.GatherRows.Kernels.Find(kind) is not null),
        new("Glu", Glu.GluCases.All, kind => Glu.Glu.Kernels.Find(kind) is not null),
        new("Linear", Linear.LinearCases.All, kind => Linear.Linear.Kernels.Find(kind) is not null),
        new("Matmul", Matmul.MatmulCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("PagedAttention", PagedAttention.PagedAttentionCases.All, kind => PagedAttention.PagedAttention.Kernels.Find(kind) is not null),
        new("Dequantize", Dequantize.DequantizeCases.All, kind => Dequantize.Dequantize.Kernels.Find(kind) is not null),
        new("Dequantize8", Dequantize8.Dequantize8Cases.All, kind => Dequantize8.Dequantize8.Kernels.Find(kind) is not null),
        new("Quantize4", Quantize4.Quantize4Cases.All, kind => Quantize4.Quantize4.Kernels.Find(kind) is not null),
        new("Quantize8", Quantize8.Quantize8Cases.All, kind => Quantize8.Quantize8.Kernels.Find(kind) is not null),
        new("QuantizeRows", QuantizeRows.QuantizeRowsCases.All, kind => QuantizeRows.QuantizeRows.Kernels.Find(kind) is not null),
        new("Rope", Rope.RopeCases.All, kind => Rope.Rope.Kernels.Find(kind) is not null),
        new("LinearCrossEntropy", LinearCrossEntropy.LinearCrossEntropyCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("Lion8bit", Lion8bit.Lion8bitCases.All, kind => Lion8bit.Lion8bit.Kernels.Find(kind) is not null),
        new("LoraDelta", LoraDelta.LoraDeltaCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("LoraLinear", LoraLinear.LoraLinearCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("LoraMlp", LoraMlp.LoraMlpCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("LoraQkv", LoraQkv.LoraQkvCases.All, kind => Matmul.Matmul.Kernels.Find(kind) is not null),
        new("Residual", Residual.ResidualCases.All, kind => Accumulate.Accumulate.Kernels.Find(kind) is not null),
        new("RmsNorm", RmsNorm.RmsNormCases.All, kind => RmsNorm.RmsNorm.Kernels.Find(kind) is not null),
    ];
}
