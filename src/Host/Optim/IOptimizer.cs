// What the training step asks of an optimizer: one update of all parameters, and a state that a checkpoint can hold.
using FastTune.Formats;
using FastTune.Kernels.Tensors;

namespace FastTune.Optim;

/// <summary>Turns the gradients of the trainable parameters into an update. Owns its state on the device.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="rates">Learning rate of each parameter group.</param>
    /// <param name="factor">One F32 on the device that multiplies all gradients (clipping).</param>
    void Step(ReadOnlySpan<double> rates, in Tensor factor);

    /// <summary>The state as tensors named <c>parameter/part</c>, for optimizer_state.safetensors.</summary>
    IReadOnlyList<TensorSource> Save();

    /// <summary>Takes over a saved state.</summary>
    /// <exception cref="UserError">A tensor is missing or has another shape.</exception>
    void Load(TensorSet state);
}
