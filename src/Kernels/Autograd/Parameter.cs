// A leaf of the graph: a named tensor that may be trained, with its gradient.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Autograd;

/// <summary>A weight of the model or an adapter. Owns its value and, between backward and the optimizer, its fp32 gradient.</summary>
public sealed class Parameter(string name, Tensor value, bool trainable) : IDisposable
{
    private Tensor _value = value, _gradient;

    public string Name { get; } = name;

    /// <summary>The values; the parameter keeps its reference.</summary>
    public ref readonly Tensor Value => ref _value;

    public bool Trainable { get; set; } = trainable;

    /// <summary>Sum of the gradients since the last <see cref="ClearGradient"/>: fp32, shape of the value; absent before the first.</summary>
    public ref readonly Tensor Gradient => ref _gradient;

    /// <summary>Places of the running step that will still add to the gradient.</summary>
    internal int PendingUses { get; set; }

    public Shape Shape => _value.Shape;

    /// <summary>The gradient to add to. <paramref name="beta"/> is 0 when it holds nothing yet (overwrite), else 1.</summary>
    internal Tensor GradientTarget(IDevice device, out float beta)
    {
        beta = _gradient.Exists ? 1 : 0;
        if (!_gradient.Exists) _gradient = device.Empty(Shape, DType.F32, Category.Gradients);
        return _gradient;
    }

    /// <summary>Frees the gradient; the next backward starts from nothing.</summary>
    public void ClearGradient() => _gradient.Dispose();

    /// <summary>Puts another value (resized, re-typed) in place of the old one, which is freed.</summary>
    public void Replace(Tensor value)
    {
        ClearGradient();
        _value.Dispose();
        _value = value;
    }

    public void Dispose()
    {
        ClearGradient();
        _value.Dispose();
    }
}

/// <summary>Told about each gradient that is complete: layer-wise optimizers consume it before the next one exists.</summary>
public interface IGradientSink
{
    void Ready(Parameter parameter);
}
