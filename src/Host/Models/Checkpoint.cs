// A model as it lies on the disk, a folder or a GGUF file: its spec and its weights by slot, ready to be streamed into buffers.
using System.Text.Json.Nodes;
using FastTune.Formats;

namespace FastTune.Models;

/// <summary>An open model. Every weight that the spec has is there in the right shape; nothing was read yet but headers.</summary>
public sealed class Checkpoint : IDisposable
{
    private readonly IDisposable _file;
    private readonly Dictionary<WeightSlot, WeightEntry> _bySlot;

    internal Checkpoint(string path, ModelConfig config, IReadOnlyList<WeightEntry> weights, IDisposable file)
    {
        (Path, Config, Weights, _file) = (path, config, weights, file);
        _bySlot = weights.ToDictionary(weight => weight.Slot);
    }

    /// <summary>The folder, or the GGUF file.</summary>
    public string Path { get; }

    public ModelConfig Config { get; }

    public DecoderSpec Spec => Config.Spec;

    /// <summary>All weights in the order of <see cref="WeightSlots.Of"/>.</summary>
    public IReadOnlyList<WeightEntry> Weights { get; }

    /// <summary>generation_config.json as it was read (made from the metadata of a GGUF file), or null.</summary>
    public JsonObject? GenerationConfig { get; internal init; }

    /// <summary>The open GGUF file, whose metadata also holds the tokenizer; null for a folder.</summary>
    public GgufFile? Gguf => _file as GgufFile;

    /// <summary>True when some weights are stored as codes and scales.</summary>
    public bool IsQuantised => Weights.Any(weight => weight.Quantised is not null);

    /// <summary>The weight in a slot that the spec has.</summary>
    public WeightEntry this[WeightSlot slot] => _bySlot[slot];

    /// <summary>True when the spec has this slot.</summary>
    public bool Has(WeightSlot slot) => _bySlot.ContainsKey(slot);

    /// <summary>Opens a model folder (config.json and safetensors, or a single .gguf file) or a .gguf file.</summary>
    /// <exception cref="UserError">What is missing, damaged, unknown or of the wrong shape, and where.</exception>
    public static Checkpoint Open(string path)
    {
        if (Directory.Exists(path))
        {
            if (!File.Exists(System.IO.Path.Combine(path, "config.json")) && Directory.GetFiles(path, "*.gguf") is [var only]) return GgufCheckpoint.Open(only);
            return FolderCheckpoint.Open(path);
        }
        if (GgufFile.Is(path) || path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return GgufCheckpoint.Open(path);
        throw new UserError(File.Exists(path)
            ? $"{path}: neither a model folder nor a GGUF file: give the folder that holds config.json, or a .gguf file"
            : $"{path}: no such model folder or file: check the path");
    }

    /// <summary>Lets the system drop the file's pages: the weights were copied. They stay readable, from the disk.</summary>
    public void Release()
    {
        foreach (var weight in Weights) weight.Release();
    }

    public void Dispose() => _file.Dispose();
}
