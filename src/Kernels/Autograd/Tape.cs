// The tape: ops record themselves in forward; backward runs them in reverse and frees what they saved as it goes.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Autograd;

/// <summary>One tape a training thread, reused for every step. Values are numbered; a gradient belongs to a number.
/// A tensor whose number is 0 needs none (frozen inputs, and everything computed from frozen inputs alone).</summary>
public sealed class Tape(IDevice device)
{
    private readonly List<INodeArena> _order = new(256);
    private INodeArena?[] _arenas = new INodeArena?[32];
    private Tensor[] _gradients = new Tensor[256];
    private readonly HashSet<Parameter> _held = [];
    private readonly List<Parameter> _used = new(256);
    private bool _holding;
    private int _values;

    public IDevice Device { get; } = device;

    /// <summary>False while only results are wanted (evaluation, generation, the first pass of a checkpoint).</summary>
    public bool Recording { get; set; } = true;

    /// <summary>True while backward runs a stretch again: what only its result depends on need not be computed.</summary>
    public bool Recomputing { get; internal set; }

    /// <summary>Where recomputed stretches leave their inputs until backward; null: in the device's memory.</summary>
    public IActivationStore? Store { get; set; }

    /// <summary>Told of every parameter gradient as soon as its last contribution has been added.</summary>
    public IGradientSink? Sink { get; set; }

    /// <summary>Number of nodes recorded and not yet run back.</summary>
    public int Length => _order.Count;

    // ---- for ops: forward ----

    /// <summary>An op's output: activation memory, undefined contents.</summary>
    public Tensor New(Shape shape, DType type) => Device.Empty(shape, type, Category.Activations);

    /// <summary>Scratch of an op, disposed before the op returns.</summary>
    public Tensor Workspace(Shape shape, DType type) => Device.Empty(shape, type, Category.Workspace);

    /// <summary>True when the op must record itself for this input.</summary>
    public bool Needs(in Tensor input) => Recording && input.Value != 0;

    public bool Needs(Parameter? parameter) => Recording && parameter is { Trainable: true };

    /// <summary>Gives an output its number; its gradient can now be asked for.</summary>
    public Tensor Track(Tensor output)
    {
        if (++_values == _gradients.Length) Array.Resize(ref _gradients, 2 * _values);
        return output.WithValue(_values);
    }

    /// <summary>Puts the op on the tape. Trainable parameters that its backward adds to are announced with <see cref="Use"/>.</summary>
    public void Record<T>(in T node) where T : struct, INode
    {
        int kind = NodeKind<T>.Index;
        if (kind >= _arenas.Length) Array.Resize(ref _arenas, 2 * kind);
        var arena = (NodeArena<T>)(_arenas[kind] ??= new NodeArena<T>());
        arena.Push(node);
        _order.Add(arena);
    }

    /// <summary>Announces one later contribution to the parameter's gradient (ended by <see cref="Contributed"/>).</summary>
    public void Use(Parameter? parameter)
    {
        if (!Needs(parameter)) return;
        if (parameter!.PendingUses++ == 0) _used.Add(parameter);
    }

    // ---- for ops: backward ----

    public bool HasGradient(int value) => _gradients[value].Exists;

    /// <summary>Takes the gradient of an output off the tape; the caller owns it. Absent when nothing depended on the output.</summary>
    public Tensor TakeGradient(int value)
    {
        Tensor gradient = _gradients[value];
        _gradients[value] = default;
        return gradient;
    }

    /// <summary>As <see cref="TakeGradient"/>, in memory that nobody else reads: the op may write over it.</summary>
    public Tensor TakeExclusiveGradient(int value)
    {
        Tensor gradient = TakeGradient(value);
        if (!gradient.Exists || gradient.IsExclusive) return gradient;
        Tensor copy = New(gradient.Shape, gradient.Type);
        Accumulate.Copy(Device, gradient, copy);
        gradient.Dispose();
        return copy;
    }

    /// <summary>Where an op writes the gradient of an input: C = beta * C + …, beta 0 on the first contribution.
    /// The tape keeps ownership; an input that needs none must not be asked for.</summary>
    public Tensor GradientTarget(in Tensor input, out float beta) => GradientTarget(input.Value, input.Shape, input.Type, out beta);

    public Tensor GradientTarget(int value, Shape shape, DType type, out float beta)
    {
        ref Tensor gradient = ref _gradients[value];
        beta = gradient.Exists ? 1 : 0;
        if (!gradient.Exists) gradient = New(shape, type);
        else if (!gradient.IsExclusive) gradient = TakeExclusiveGradient(value);
        return gradient;
    }

    /// <summary>Adds a finished gradient; takes over its reference. Without an earlier one the buffer itself becomes the gradient.</summary>
    public void AddGradient(int value, Tensor gradient)
    {
        ref Tensor current = ref _gradients[value];
        if (!current.Exists)
        {
            current = gradient;
            return;
        }
        if (!current.IsExclusive) current = TakeExclusiveGradient(value);
        Accumulate.Add(Device, gradient, current);
        gradient.Dispose();
    }

    /// <summary>Where an op adds a parameter's gradient: fp32, C = beta * C + …</summary>
    public Tensor GradientTarget(Parameter parameter, out float beta) => parameter.GradientTarget(Device, out beta);

    /// <summary>One announced contribution is in; after the last one the sink may consume the gradient.</summary>
    public void Contributed(Parameter parameter)
    {
        if (--parameter.PendingUses > 0 || Sink is null) return;
        if (_holding) _held.Add(parameter);
        else Sink.Ready(parameter);
    }

    /// <summary>Between hold and release no gradient counts as complete: a region that runs tile by tile adds to it several times.</summary>
    internal void HoldGradients() => _holding = true;

    internal void ReleaseGradients()
    {
        _holding = false;
        foreach (Parameter parameter in _held)
            if (parameter.Gradient.Exists) Sink!.Ready(parameter);
        _held.Clear();
    }

    // ---- for the step ----

    /// <summary>Runs everything recorded back from a scalar loss, whose gradient is 1.</summary>
    public void Backward(in Tensor loss)
    {
        if (loss.Value == 0) throw new InvalidOperationException("[tape] the loss depends on nothing trainable");
        Tensor one = New(loss.Shape, DType.F32);
        Accumulate.Fill(Device, one, 1);
        AddGradient(loss.Value, one);
        RunBack();
        Forget(0);
    }

    /// <summary>Runs every node back from gradients that the caller has put in with <see cref="AddGradient"/>; those of the
    /// inputs stay until <see cref="Reset"/>.</summary>
    public void RunBack() => BackwardTo(0, _values);

    /// <summary>Where the tape stands: nested stretches (checkpoints, tiles) run back to such a mark.</summary>
    internal (int Nodes, int Values) Mark() => (_order.Count, _values);

    /// <summary>Runs back everything recorded since the mark.</summary>
    internal void BackwardTo(int nodes, int values)
    {
        while (_order.Count > nodes)
        {
            INodeArena arena = _order[^1];
            _order.RemoveAt(_order.Count - 1);
            arena.Backward(this);
        }
        Forget(values);
        if (nodes == 0) _used.Clear();
    }

    /// <summary>Abandons the step: frees whatever is saved, without gradients.</summary>
    public void Reset()
    {
        for (int i = _order.Count - 1; i >= 0; i--) _order[i].Drop();
        _order.Clear();
        foreach (Parameter parameter in _used) parameter.PendingUses = 0;
        _used.Clear();
        Forget(0);
    }

    private void Forget(int values)
    {
        for (; _values > values; _values--) _gradients[_values].Dispose();
    }
}
