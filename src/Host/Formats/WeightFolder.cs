// The weights of a model folder, whichever of the known files they are in.
namespace FastTune.Formats;

/// <summary>Opens a folder's weights: safetensors where they are there, else torch's pickled files.</summary>
public static class WeightFolder
{
    /// <exception cref="UserError">No weights, or damaged ones.</exception>
    public static TensorSet Open(string folder)
    {
        if (Safetensors.IsIn(folder)) return Safetensors.OpenFolder(folder);
        if (PyTorchFile.IsIn(folder)) return PyTorchFile.OpenFolder(folder);
        throw new UserError($"{folder}: no weights are there (looked for {Safetensors.SingleName}, {PyTorchFile.SingleName} and the indexes of their shards): give a folder that holds a model's weights");
    }
}
