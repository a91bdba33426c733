// A LoRA adapter folder of PEFT: adapter_config.json and adapter_model.safetensors (or the older adapter_model.bin), matched with each other.
using FastTune.Formats;

namespace FastTune.Adapters;

/// <summary>The matrices on one module. The delta is <see cref="Scale"/> B A; A is [r, in], B is [out, r].</summary>
/// <param name="Module">Path in the base model, such as `model.layers.0.self_attn.q_proj`.</param>
/// <param name="A">[r, in]; of an embedding [r, vocabulary].</param>
/// <param name="B">[out, r]; of an embedding [hidden, r].</param>
/// <param name="IsEmbedding">Stored as `lora_embedding_A` and `_B`: row t of the table gets scale * (B A)[:, t].</param>
/// <param name="Bias">Bias of B, scaled too, or null.</param>
/// <param name="Magnitude">DoRA's magnitude, or null.</param>
public sealed record PeftModule(string Module, StoredTensor A, StoredTensor B, double Scale, bool IsEmbedding, StoredTensor? Bias, StoredTensor? Magnitude)
{
    public int Rank => (int)A.Shape[0];
}

/// <summary>An open adapter; dispose it after the last use of a tensor's bytes.</summary>
public sealed class PeftAdapter : IDisposable
{
    public const string WeightsName = "adapter_model.safetensors";
    private const string PickledName = "adapter_model.bin";

    private readonly TensorSet _set;

    private PeftAdapter(string folder, PeftConfig config, TensorSet set, IReadOnlyList<PeftModule> modules, IReadOnlyDictionary<string, StoredTensor> whole)
    {
        (Folder, Config, _set, Modules, Whole) = (folder, config, set, modules, whole);
    }

    public string Folder { get; }

    public PeftConfig Config { get; }

    /// <summary>Low-rank modules, sorted by path.</summary>
    public IReadOnlyList<PeftModule> Modules { get; }

    /// <summary>Weights that the adapter replaces whole, by their key in the base checkpoint: `modules_to_save`, trained biases.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Whole { get; }

    /// <summary>True when the folder holds an adapter's configuration.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, PeftConfigFile.Name));

    /// <summary>Opens an adapter folder and checks that every key of the file has a meaning and every matrix its partner.</summary>
    /// <exception cref="UserError">Missing file, unsupported setting, unknown or unpaired key.</exception>
    public static PeftAdapter Open(string folder)
    {
        string path = Path.Combine(folder, PeftConfigFile.Name);
        if (!File.Exists(path)) throw new UserError($"{folder}: there is no {PeftConfigFile.Name}: give a folder that holds a PEFT adapter");
        var config = PeftConfigFile.Read(path);
        string weights = Path.Combine(folder, WeightsName), pickled = Path.Combine(folder, PickledName);
        var set = !File.Exists(weights) && File.Exists(pickled) ? PyTorchFile.Open(pickled) : Safetensors.Open(weights);
        try
        {
            var keys = PeftKeys.Sort(weights, set.Tensors);
            return new PeftAdapter(folder, config, set, PeftKeys.Modules(weights, config, keys.LowRank), keys.Whole);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Writes adapter_config.json and adapter_model.safetensors. Names of tensors: <see cref="PeftKeys"/>.</summary>
    public static void Write(string folder, PeftConfig config, IReadOnlyList<TensorSource> tensors)
    {
        Safetensors.Write(Path.Combine(folder, WeightsName), tensors);
        PeftConfigFile.Write(folder, config);
    }

    public void Dispose() => _set.Dispose();
}
