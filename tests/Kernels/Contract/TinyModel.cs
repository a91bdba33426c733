// A small decoder with a loss, made of the engine's own ops: what the contract tests run steps of.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.Embedding;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Ops.LinearCrossEntropy;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Residual;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Ops.Rope;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Tests.Kernels.Contract;

/// <summary>One layer with a low-rank pair on q, between an embedding and its tied head: the embedding is used twice.</summary>
internal sealed class TinyModel : IDisposable
{
    private const int HeadSize = 8, Vocabulary = 61, Rank = 4;
    private const float Eps = 1e-5f;

    private readonly IDevice _device;
    private readonly Random _random = new(7);
    private readonly List<Parameter> _parameters = [];
    private readonly Tensor _ids, _labels;
    private readonly RopeTable _rope;
    private readonly SequenceStarts _starts;
    private readonly AttentionRule _rule;
    private readonly Parameter _table, _norm, _mlpNorm, _lastNorm;
    private readonly Weight _query, _key, _value, _output, _gate, _up, _down, _head;
    private readonly LoraPair _pair;
    private readonly DropoutKey _drop = new(0.25f, 11, 3);

    public TinyModel(IDevice device, int tokens = 40, int hidden = 24, bool trainable = true)
    {
        _device = device;
        int keyColumns = HeadSize, inner = 2 * hidden;
        _rule = new AttentionRule(hidden / HeadSize, 1, HeadSize, 0.35f);
        _table = Make("embedding", trainable, Vocabulary, hidden);
        _norm = Make("norm", trainable, hidden);
        _mlpNorm = Make("mlp_norm", trainable, hidden);
        _lastNorm = Make("last_norm", trainable, hidden);
        _query = new Weight(Make("q", trainable, hidden, hidden));
        _key = new Weight(Make("k", trainable, keyColumns, hidden));
        _value = new Weight(Make("v", trainable, keyColumns, hidden));
        _output = new Weight(Make("o", trainable, hidden, hidden));
        _gate = new Weight(Make("gate", trainable, inner, hidden));
        _up = new Weight(Make("up", trainable, inner, hidden));
        _down = new Weight(Make("down", trainable, hidden, inner));
        _head = new Weight(_table);
        _pair = new LoraPair(Make("lora_A", trainable, Rank, hidden), Make("lora_B", trainable, hidden, Rank), 0.5f);
        _ids = device.From(Indices(tokens), Category.Activations);
        _labels = device.From(Indices(tokens), Category.Activations);
        _rope = new RopeTable(Numbers(Category.Activations, tokens, HeadSize / 2), Numbers(Category.Activations, tokens, HeadSize / 2));
        _starts = SequenceStarts.Of(device, [0, tokens / 3, tokens]);
    }

    public IReadOnlyList<Parameter> Parameters => _parameters;

    public Parameter this[string name] => _parameters.Single(parameter => parameter.Name == name);

    /// <summary>The mean loss of a fixed batch.</summary>
    public Tensor Loss(Tape tape)
    {
        using Tensor x = Embedding.Lookup(tape, _ids, _table, DType.F32);
        using Tensor branch = Attended(tape, x);
        (Tensor sum, Tensor normed) = RmsNorm.AddNorm(tape, branch, x, _mlpNorm, Eps);
        using (sum)
        using (normed)
        using (Tensor stream = Residual.Add(tape, Mlp(tape, normed), sum))
        using (Tensor last = RmsNorm.Norm(tape, stream, _lastNorm, Eps))
            return LinearCrossEntropy.Loss(tape, last, _head, _labels, 1f / _labels.Count);
    }

    /// <summary>Loss, backward and its value; the gradients stay in the parameters.</summary>
    public float Step(Tape tape)
    {
        using Tensor loss = Loss(tape);
        tape.Backward(loss);
        return _device.ReadScalar(loss);
    }

    public float[][] Gradients() => [.. _parameters.Select(parameter => _device.ToArray<float>(parameter.Gradient))];

    public void ClearGradients()
    {
        for (int i = 0; i < _parameters.Count; i++) _parameters[i].ClearGradient();
    }

    private Tensor Attended(Tape tape, in Tensor x)
    {
        using Tensor normed = RmsNorm.Norm(tape, x, _norm, Eps);
        Tensor projected = LoraDelta.Add(tape, Linear.Apply(tape, normed, _query), normed, _pair, _drop);
        using Tensor query = Rope.Apply(tape, projected, _rope, HeadSize);
        using Tensor key = Rope.Apply(tape, Linear.Apply(tape, normed, _key), _rope, HeadSize);
        using Tensor value = Linear.Apply(tape, normed, _value);
        using Tensor mixed = FastTune.Kernels.Ops.Attention.Attention.Attend(tape, query, key, value, _starts, _rule);
        return Linear.Apply(tape, mixed, _output);
    }

    private Tensor Mlp(Tape tape, in Tensor x)
    {
        using Tensor gate = Linear.Apply(tape, x, _gate), up = Linear.Apply(tape, x, _up);
        using Tensor inner = Glu.Apply(tape, gate, up, GateFunction.Silu);
        return Linear.Apply(tape, inner, _down);
    }

    private Parameter Make(string name, bool trainable, params int[] extents)
    {
        Category category = name.StartsWith("lora", StringComparison.Ordinal) ? Category.Adapters : Category.Weights;
        var parameter = new Parameter(name, Numbers(category, extents), trainable);
        _parameters.Add(parameter);
        return parameter;
    }

    private Tensor Numbers(Category category, params int[] extents)
    {
        Shape shape = extents.Length == 1 ? new Shape(extents[0]) : new Shape(extents[0], extents[1]);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(_random.NextDouble() - 0.5);
        return _device.From(values, shape, category);
    }

    private int[] Indices(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(Vocabulary))];

    public void Dispose()
    {
        foreach (Parameter parameter in _parameters) parameter.Dispose();
        _ids.Dispose();
        _labels.Dispose();
        _rope.Dispose();
        _starts.Dispose();
    }
}
