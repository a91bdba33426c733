// Whether a checkpoint fits on the disk, asked before a byte of it is written.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;

namespace FastTune.Train.State;

internal static class DiskSpace
{
    /// <summary>Tokenizer, card, state and the folder itself: the largest vocabularies take some 20 MB as JSON.</summary>
    private const long SmallFiles = 32 << 20;

    /// <summary>Moments are as wide as fp32 masters, two a parameter.</summary>
    private const int MomentBytes = 8;

    /// <exception cref="UserError">What is needed, what is free, and the keys that lower the need.</exception>
    public static void Require(string folder, string name, TrainingModel model, IOptimizer optimizer, bool weightsOnly)
    {
        long need = Weights(model) + SmallFiles + (weightsOnly ? 0 : Moments(model, optimizer)), free = AtomicFile.Disk.FreeBytes(folder);
        if (free < need)
            throw new UserError($"output_dir: {name} takes {Size(need)}, {folder} has {Size(free)} free: free some space, keep fewer with save_total_limit, "
                + "or leave the optimizer out with save_only_model: true");
    }

    private static long Weights(TrainingModel model) => model.Adapter is null
        ? model.Decoder.Parameters.Sum(Bytes)
        : model.Decoder.TrainableParameters.Sum(Bytes) + (model.Decoder.EmbeddingAdapters.Count > 0 || model.Decoder.Head.Adapters.Count > 0
            ? Bytes(model.Decoder.Embedding) + Bytes(model.Decoder.Head.Weight.Dense ?? model.Decoder.Embedding) : 0);

    private static long Moments(TrainingModel model, IOptimizer optimizer)
    {
        long made = optimizer.Save().Sum(tensor => tensor.ByteLength);
        return made > 0 ? made : model.Decoder.TrainableParameters.Sum(parameter => parameter.Shape.Count * MomentBytes);
    }

    private static long Bytes(Parameter parameter) => parameter.Shape.Count * parameter.Value.Type.Size();

    internal static string Size(long bytes) => bytes < 1_000_000_000 ? $"{bytes / 1e6:F0} MB" : $"{bytes / 1e9:F1} GB";
}
