// A decoder of a few hundred numbers, made up in memory, for tests of adapters.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Tests.Host.Formats;

namespace FastTune.Tests.Host.Adapters;

/// <summary>Two layers, hidden 8, vocabulary 12; the same numbers every time.</summary>
internal sealed class TinyDecoder : IDisposable
{
    private const string Config = """
        {"model_type": "llama", "vocab_size": 12, "hidden_size": 8, "intermediate_size": 10, "num_hidden_layers": 2,
         "num_attention_heads": 2, "num_key_value_heads": 1, "rms_norm_eps": 1e-5, "mlp_bias": true, "tie_word_embeddings": TIED}
        """;

    private static readonly int[] _ids = [3, 1, 4, 1, 5, 9];

    public TinyDecoder(bool tied = false, DType type = DType.F32)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Config.Replace("TIED", tied ? "true" : "false", StringComparison.Ordinal));
        var generator = new TorchGenerator(5);
        Model = DecoderLoader.Create(
            ModelConfig.Read(folder.File("config.json")), Device, LoadOptions.Inference(type), slot => Llama.Family.KeyOf(slot.Slot), slot => Values(slot, generator));
    }

    public CpuDevice Device { get; } = new();

    public Decoder Model { get; }

    /// <summary>Logits [6, 12] of one sequence.</summary>
    public float[] Logits()
    {
        using var batch = new DeviceBatch(Model, TokenBatch.Sequence(_ids));
        var tape = new Tape(Device) { Recording = false };
        var context = new ForwardContext { Starts = batch.Starts, Rope = batch.Rope };
        using Tensor hidden = Model.Hidden(tape, batch.Ids, context), logits = Model.Logits(tape, hidden, context);
        return Device.ToArray<float>(logits);
    }

    public float[] Weight(string key) => Device.ToArray<float>(Parameter(key).Value);

    public Parameter Parameter(string key) => Model.Parameters.Single(parameter => parameter.Name == key);

    /// <summary>Gives every trained tensor other values, as training would.</summary>
    public void Change()
    {
        var generator = new TorchGenerator(11);
        foreach (Parameter parameter in Model.TrainableParameters)
        {
            var values = new float[parameter.Shape.Count];
            generator.Normal(values, 0, 0.3f);
            parameter.Replace(Device.From(values, parameter.Shape, Category.Adapters));
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        Device.Dispose();
    }

    private static float[] Values(SlotShape slot, TorchGenerator generator)
    {
        var values = new float[slot.Shape.Aggregate(1L, (product, size) => product * size)];
        generator.Normal(values, slot.Shape.Count == 1 ? 0.5f : 0, 0.4f);
        return values;
    }
}
