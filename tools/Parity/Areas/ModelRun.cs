// A whole model in fp32 on the CPU, asked for what goldens hold: hidden states, logits, greedy tokens.
using FastTune.Inference;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using Checkpoint = FastTune.Models.Checkpoint;

namespace FastTune.Parity;

internal sealed class ModelRun : IDisposable
{
    private readonly CpuDevice _device = new();

    /// <param name="path">A model folder or GGUF file.</param>
    /// <param name="trains">True keeps gradients of every parameter.</param>
    public ModelRun(string path, bool trains)
    {
        using var checkpoint = Checkpoint.Open(path);
        Decoder = DecoderLoader.Load(checkpoint, _device, LoadOptions.Inference(DType.F32) with { Trains = _ => trains });
    }

    public Decoder Decoder { get; }

    /// <summary>Logits [T x V] of all tokens; <paramref name="observe"/> sees the stream [T x h] before layer 0, after each layer, and after the final norm.</summary>
    public float[] Logits(TokenBatch tokens, Action<int, float[]>? observe = null)
    {
        using var batch = new DeviceBatch(Decoder, tokens);
        var tape = new Tape(_device) { Recording = false };
        var context = Context(batch);
        using Tensor hidden = Decoder.Hidden(tape, batch.Ids, context, observe is null ? null : (i, x) => observe(i, _device.ToArray<float>(x)));
        observe?.Invoke(Decoder.Layers.Count + 1, _device.ToArray<float>(hidden));
        using Tensor logits = Decoder.Logits(tape, hidden, context);
        return _device.ToArray<float>(logits);
    }

    /// <summary>The mean loss over the labels; gradients are left in the parameters.</summary>
    public float Loss(TokenBatch tokens)
    {
        using var batch = new DeviceBatch(Decoder, tokens);
        var tape = new Tape(_device);
        using Tensor loss = Decoder.Loss(tape, batch.Ids, batch.LabelRows, batch.Labels, 1f / tokens.Labels.Length, Context(batch));
        tape.Backward(loss);
        return _device.ReadScalar(loss);
    }

    public float[] Gradient(Parameter parameter) => parameter.Gradient.Exists ? _device.ToArray<float>(parameter.Gradient) : [];

    /// <summary>Greedy ids over the cache; <paramref name="observe"/> sees the first logits.</summary>
    public int[] Greedy(int[] prompt, int count, Action<float[]>? observe = null)
    {
        using var generator = new Generator(Decoder);
        float[] logits = generator.Logits(prompt);
        observe?.Invoke(logits);
        var ids = new int[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = Array.IndexOf(logits, logits.Max());
            if (i + 1 < count) logits = generator.Logits([ids[i]]);
        }
        return ids;
    }

    public void Dispose()
    {
        Decoder.Dispose();
        _device.Dispose();
    }

    private static ForwardContext Context(DeviceBatch batch) => new() { Starts = batch.Starts, Rope = batch.Rope };
}
