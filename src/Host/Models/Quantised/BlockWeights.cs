// Matrices of a GGUF file kept in its block types: an answer reads a quarter of the bytes that fp32 would take.
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Models;

/// <param name="RoundActivations">Products of a few rows round the activations to int8, as llama.cpp does; false: the blocks' values exactly.</param>
internal sealed record BlockWeights(bool RoundActivations)
{
    private const long ChunkBytes = 1 << 20;

    /// <summary>True for matrices in block types that can be read.</summary>
    public bool Fits(WeightEntry entry) => entry.Quantised is null && entry.Shape.Count == 2 && entry.StoredType.BlockLength > 1 && TypeOf(entry.StoredType) is not null;

    /// <summary>The matrix with its rows in the model's order.</summary>
    public IStoredForm Load(WeightEntry entry, IDevice device)
    {
        GgufType type = TypeOf(entry.StoredType)!;
        long rowBytes = entry.RowLength / type.BlockLength * type.BlockBytes, step = Math.Max(1, ChunkBytes / rowBytes);
        Tensor blocks = device.Empty(new Shape(entry.Rows, rowBytes), DType.U8, Category.Weights);
        var chunk = new byte[Math.Min(step, entry.Rows) * rowBytes];
        for (long row = 0; row < entry.Rows && device.Kind != DeviceKind.Plan; row += step)
        {
            long count = Math.Min(step, entry.Rows - row);
            for (long i = 0; i < count; i++) entry.CopyBlocks(row + i, chunk.AsSpan((int)(i * rowBytes), (int)rowBytes));
            using Tensor part = blocks.RowRange(row, count);
            device.Write(chunk.AsSpan(0, (int)(count * rowBytes)), part);
        }
        return new GgufMatrix(type, blocks, entry.RowLength, RoundActivations);
    }

    private static GgufType? TypeOf(StoredType stored) => GgufTypes.All.FirstOrDefault(type => type.CanDecode && type.Name == stored.Name);
}
