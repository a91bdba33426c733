// Checkpoints of LLaMA-Factory: what of them goes on here, and what cannot because it is a Python pickle.
using FastTune.Formats;

namespace FastTune.Train.State;

internal static class ForeignCheckpoint
{
    private const string Adapter = ".default", WholePrefix = "base_model.model.", WholeCopy = ".modules_to_save";

    /// <summary>Our checkpoints keep their recipe as JSON; LLaMA-Factory's as a pickle.</summary>
    public static bool Is(string folder) => !File.Exists(Path.Combine(folder, RunFiles.ArgumentsName));

    /// <summary>What cannot be continued from such a checkpoint, in one line.</summary>
    public static string Lost(string folder, bool followsEvaluations)
    {
        string moments = File.Exists(Path.Combine(folder, RunFiles.OptimizerName))
            ? "weights, optimizer moments, step and log go on"
            : "weights, step and log go on; the optimizer's moments are lost (optimizer.pt is a pickle, which is never read) and start at zero";
        string plateau = followsEvaluations ? ", the memory of reduce_lr_on_plateau" : "";
        return $"{folder} is a checkpoint of another program: {moments}; not continued: its recipe (training_args.bin; no key is compared with it), "
            + $"its random stream (rng_state.pth; dropout masks are ours){plateau}";
    }

    /// <summary>Tensors under the names that our optimizers use: PEFT puts the adapter's name, and of whole modules the wrapper, into a
    /// trained parameter's name.</summary>
    public static string NameOf(string parameter)
    {
        if (!parameter.StartsWith(WholePrefix, StringComparison.Ordinal)) return parameter;
        if (parameter.Contains(WholeCopy + Adapter + ".", StringComparison.Ordinal))
            return parameter[WholePrefix.Length..].Replace(WholeCopy + Adapter + ".", ".", StringComparison.Ordinal);
        return parameter.EndsWith(Adapter, StringComparison.Ordinal)
            ? parameter[..^Adapter.Length] : parameter.Replace(Adapter + ".", ".", StringComparison.Ordinal);
    }

    /// <summary>optimizer_state.safetensors of a foreign checkpoint, renamed. Dispose <paramref name="file"/> after use.</summary>
    public static TensorSet Renamed(TensorSet file) => file.WithNames(name =>
    {
        int slash = name.LastIndexOf('/');
        return slash < 0 ? name : NameOf(name[..slash]) + name[slash..];
    });
}
