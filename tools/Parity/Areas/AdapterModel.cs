// A base model in fp32 on the CPU with a case's batch: what it computes is compared with the case's tensors.
using FastTune.Adapters;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using Checkpoint = FastTune.Models.Checkpoint;

namespace FastTune.Parity;

/// <summary>Tolerances: golden/training/README.md, first section.</summary>
internal sealed class AdapterModel : IDisposable
{
    private const double LogitsTolerance = 2e-5, LossTolerance = 1e-5, GradientTolerance = 1e-4, WeightTolerance = 1e-6;

    private readonly CpuDevice _device = new();
    private readonly TensorSet _expected;
    private readonly AdapterBatch _batch;
    private readonly string _base;
    private readonly Deviations _deviations;

    public AdapterModel(string baseFolder, TensorSet expected, Deviations deviations)
    {
        (_base, _expected, _deviations, _batch) = (baseFolder, expected, deviations, AdapterBatch.Read(expected));
        using var checkpoint = Checkpoint.Open(baseFolder);
        Decoder = DecoderLoader.Load(checkpoint, _device, LoadOptions.Inference(DType.F32));
    }

    public Decoder Decoder { get; }

    /// <summary>Logits at every attended token.</summary>
    public void CompareLogits(string name, bool adaptersOn = true)
    {
        using var batch = new DeviceBatch(Decoder, _batch.Tokens);
        var tape = new Tape(_device) { Recording = false };
        var context = Context(batch, adaptersOn);
        using Tensor hidden = Decoder.Hidden(tape, batch.Ids, context), logits = Decoder.Logits(tape, hidden, context);
        float[] got = _device.ToArray<float>(logits), all = _expected[name].ToFloats();
        int width = (int)logits.Columns;
        var expected = new float[got.Length];
        for (int i = 0; i < _batch.Places.Length; i++) all.AsSpan(_batch.Places[i] * width, width).CopyTo(expected.AsSpan(i * width));
        _deviations.Compare(name, expected, got, LogitsTolerance);
    }

    /// <summary>The mean loss and the gradient of every trained tensor, by its name in the adapter's file.</summary>
    public void CompareGradients(string lossName, string prefix)
    {
        using var batch = new DeviceBatch(Decoder, _batch.Tokens);
        var tape = new Tape(_device);
        using Tensor loss = Decoder.Loss(
            tape, batch.Ids, batch.LabelRows, batch.Labels, 1f / _batch.Tokens.Labels.Length, Context(batch, adaptersOn: true));
        tape.Backward(loss);
        float[] expectedLoss = _expected[lossName].ToFloats();
        _deviations.Compare(lossName, expectedLoss, [_device.ReadScalar(loss)], LossTolerance * Math.Abs(expectedLoss[0]));
        var gradients = Decoder.TrainableParameters.ToDictionary(parameter => prefix + AdapterTensors.KeyOf(Decoder, parameter));
        _deviations.SameNames(prefix, Expected(prefix), gradients.Keys);
        foreach (string name in Expected(prefix).Where(gradients.ContainsKey))
        {
            float[] expected = _expected[name].ToFloats();
            float[] got = gradients[name].Gradient.Exists ? _device.ToArray<float>(gradients[name].Gradient) : [];
            _deviations.Compare(name, expected, got, GradientTolerance * expected.Max(Math.Abs));
        }
    }

    /// <summary>Every weight: those that the case lists have its values, all others those of the base.</summary>
    public void CompareWeights(string prefix)
    {
        using var stored = Checkpoint.Open(_base);
        var untouched = stored.Weights.ToDictionary(weight => weight.Key);
        _deviations.SameNames(prefix, Expected(prefix), Expected(prefix).Where(name => Decoder.Parameters.Any(parameter => prefix + parameter.Name == name)));
        foreach (Parameter parameter in Decoder.Parameters)
        {
            float[] got = _device.ToArray<float>(parameter.Value);
            if (_expected.Tensors.TryGetValue(prefix + parameter.Name, out var tensor)) _deviations.Compare(tensor.Name, tensor.ToFloats(), got, WeightTolerance);
            else _deviations.Compare(parameter.Name, Values(untouched[parameter.Name]), got, tolerance: 0);
        }
    }

    public void Dispose()
    {
        Decoder.Dispose();
        _device.Dispose();
    }

    private static ForwardContext Context(DeviceBatch batch, bool adaptersOn) =>
        new() { Starts = batch.Starts, Rope = batch.Rope, AdaptersOn = adaptersOn };

    private IEnumerable<string> Expected(string prefix) => _expected.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static float[] Values(WeightEntry weight)
    {
        var values = new float[weight.Rows * weight.RowLength];
        weight.CopyRows(0, weight.Rows, values);
        return values;
    }
}
