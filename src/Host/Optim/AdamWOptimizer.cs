// AdamW over all trainable parameters: holds the moments, steps group by group.
using System.Runtime.InteropServices;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Tensors;

namespace FastTune.Optim;

/// <summary>Numbers of AdamW that do not change during a run.</summary>
/// <param name="MomentType">F32, or BF16 where a recipe trains in pure bf16.</param>
/// <param name="EightBit">True keeps the moments of all but small parameters in 8-bit blocks.</param>
public sealed record AdamWOptions(
    double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, DType MomentType = DType.F32, bool EightBit = false);

/// <summary>Parameters that share a learning rate and a decay.</summary>
public sealed record OptimizerGroup(IReadOnlyList<Parameter> Parameters, double WeightDecay);

/// <summary>AdamW (Ops/AdamW has the formula). Moments are made at a parameter's first gradient; each parameter counts its own steps.</summary>
public sealed class AdamWOptimizer(IDevice device, IReadOnlyList<OptimizerGroup> groups, AdamWOptions options) : IOptimizer
{
    /// <summary>Values of a moment that are read for a checkpoint at a time: no second copy of a large one is made.</summary>
    private const long BlockValues = 1 << 20;
    private readonly Dictionary<Parameter, State> _state = [];

    public void Step(ReadOnlySpan<double> rates, in Tensor factor)
    {
        if (rates.Length != groups.Count) throw new ArgumentException($"[adamw] {rates.Length} learning rates for {groups.Count} groups");
        for (int i = 0; i < groups.Count; i++)
            foreach (var parameter in groups[i].Parameters)
                if (parameter.Gradient.Exists) Update(parameter, rates[i], groups[i].WeightDecay, factor);
    }

    public IReadOnlyList<TensorSource> Save()
    {
        var tensors = new List<TensorSource>();
        foreach (var (parameter, state) in _state)
        {
            foreach (var (part, tensor) in state.Moments.Tensors) tensors.Add(Source(parameter, part, tensor));
            tensors.Add(TensorSource.Of($"{parameter.Name}/step", [state.Steps]));
        }
        return tensors;
    }

    public void Load(TensorSet state)
    {
        foreach (var parameter in groups.SelectMany(group => group.Parameters))
        {
            if (!state.Tensors.ContainsKey($"{parameter.Name}/step")) continue;
            State own = StateOf(parameter);
            foreach (var (part, tensor) in own.Moments.Tensors) Read(state[$"{parameter.Name}/{part}"], tensor);
            own.Steps = (int)state[$"{parameter.Name}/step"].ToFloats()[0];
        }
        if (_state.Count == 0 && state.Tensors.Count > 0)
            throw new UserError($"optimizer_state.safetensors: holds none of this run's parameters (its first one is '{state.Tensors.Keys.First()}'); resume with the recipe that made the checkpoint");
    }

    public void Dispose()
    {
        foreach (State state in _state.Values) state.Moments.Dispose();
        _state.Clear();
    }

    private void Update(Parameter parameter, double rate, double decay, in Tensor factor)
    {
        State state = StateOf(parameter);
        state.Steps++;
        state.Moments.Update(device, parameter, new(rate, options.Beta1, options.Beta2, options.Epsilon, decay, state.Steps), factor);
    }

    private State StateOf(Parameter parameter)
    {
        if (_state.TryGetValue(parameter, out State? state)) return state;
        bool blocks = options.EightBit && parameter.Shape.Count >= BlockMoment.SmallestTensor;
        return _state[parameter] = new State(
            blocks ? new BlockMoments(device, parameter.Shape) : new WideMoments(device, parameter.Shape, options.MomentType));
    }

    private TensorSource Source(Parameter parameter, string part, Tensor tensor) =>
        new($"{parameter.Name}/{part}", TypeOf(tensor.Type), Sizes(tensor.Shape), stream =>
        {
            using Tensor row = tensor.Reshape(new Shape(tensor.Count, 1));
            var bytes = new byte[Math.Min(tensor.Count, BlockValues) * tensor.Type.Size()];
            for (long start = 0; start < tensor.Count; start += BlockValues)
            {
                using Tensor part = row.RowRange(start, Math.Min(BlockValues, tensor.Count - start));
                Span<byte> read = bytes.AsSpan(0, (int)(part.Count * part.Type.Size()));
                device.Read(part, read);
                stream.Write(read);
            }
        });

    private static StoredType TypeOf(DType type) => type switch
    {
        DType.F32 => StoredType.F32,
        DType.BF16 => StoredType.BF16,
        _ => StoredType.U8,
    };

    private static long[] Sizes(Shape shape)
    {
        var sizes = new long[shape.Rank];
        for (int axis = 0; axis < sizes.Length; axis++) sizes[axis] = shape[axis];
        return sizes;
    }

    private void Read(StoredTensor source, in Tensor target)
    {
        if (source.Count != target.Count)
            throw new UserError($"{source.Path}: '{source.Name}' has {source.Count} values, the parameter {target.Count}; resume with the recipe that made the checkpoint");
        if (target.Type == DType.F32)
        {
            device.Write(MemoryMarshal.AsBytes<float>(source.ToFloats()), target);
            return;
        }
        if (target.Type == DType.U8)
        {
            if (source.Type != StoredType.U8) throw new UserError($"{source.Path}: '{source.Name}' has type {source.Type.Name}, 8-bit codes were expected; resume with the recipe that made the checkpoint");
            device.Write(source.Bytes, target);
            return;
        }
        var values = new ushort[target.Count];
        source.CopyRows(0, source.Rows, values);
        device.Write(MemoryMarshal.AsBytes<ushort>(values), target);
    }

    private sealed class State(IAdamWMoments moments)
    {
        public IAdamWMoments Moments { get; } = moments;

        public int Steps { get; set; }
    }
}
