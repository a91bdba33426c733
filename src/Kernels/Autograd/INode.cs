// What an op leaves on the tape: the tensors that its backward needs, by name, and the backward itself.
namespace FastTune.Kernels.Autograd;

/// <summary>A recorded op. Implemented by structs, kept in reused arenas: recording allocates nothing in steady state.
/// The fields are what the op saves; each saved tensor is an owned reference (<c>Share</c>).</summary>
public interface INode
{
    /// <summary>Takes the outputs' gradients from the tape and adds to those of inputs and parameters.
    /// May dispose saved fields early and overwrite exclusive ones.</summary>
    void Backward(Tape tape);

    /// <summary>Releases whatever is still saved. Called once, after backward or when the step is abandoned.</summary>
    void Free();
}
