// A row of an op's case table: one description that tests, finite differences and benches all run.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops;

/// <summary>How a case's input is filled (seeded, the same on every machine).</summary>
public enum CaseFill : byte { Normal, Zero, Huge, OneNaN, Equal, Positive }

/// <summary>What an input is to the op.</summary>
public enum InputKind : byte
{
    /// <summary>A value of the tape whose gradient is compared.</summary>
    Value,

    /// <summary>A trainable parameter whose gradient is compared.</summary>
    Parameter,

    /// <summary>Data without a gradient.</summary>
    Constant,
}

/// <summary>One input of a case.</summary>
/// <param name="Scale">Standard deviation for <see cref="CaseFill.Normal"/>, magnitude for the others.</param>
/// <param name="RowPitch">Elements between rows; 0: contiguous.</param>
/// <param name="Values">The very elements, for inputs that cannot be drawn (offsets); null: drawn by <paramref name="Fill"/>.</param>
public readonly record struct CaseInput(
    string Name, Shape Shape, DType Type, InputKind Kind = InputKind.Value, CaseFill Fill = CaseFill.Normal, double Scale = 1,
    long RowPitch = 0, double[]? Values = null);

/// <summary>The inputs on the device under test; parameters at their index, tensors at theirs.</summary>
public sealed record CaseArguments(Tensor[] Tensors, Parameter?[] Parameters);

/// <summary>A case of an op: inputs, the op under test, its oracle in double, and what it costs.</summary>
public interface IOpCase
{
    /// <summary>Printed name, also the filter: `rms_norm(63,257,bf16,llama)`.</summary>
    string Name { get; }

    IReadOnlyList<CaseInput> Inputs { get; }

    /// <summary>Runs the op; the outputs in the oracle's order. Outputs that are no values of the tape have no gradient.</summary>
    Tensor[] Run(Tape tape, CaseArguments inputs);

    /// <summary>The oracle: outputs in double, from the inputs as stored (already rounded to their type).</summary>
    double[][] Forward(double[][] inputs);

    /// <summary>The oracle's hand-derived backward: a gradient per input (null for constants) for the outputs' gradients.</summary>
    double[]?[] Backward(double[][] inputs, double[][] outputGradients);

    /// <summary>Largest relative L2 error of forward and backward results (kernels.md 1.1).</summary>
    double Tolerance { get; }

    /// <summary>Floating-point operations of forward and backward.</summary>
    double Flops { get; }

    /// <summary>Bytes that forward and backward must move.</summary>
    double Bytes { get; }

    /// <summary>True when the output is a loss whose own gradient is 1 by contract.</summary>
    bool LossRoot => false;

    /// <summary>Indices of inputs that the op overwrites by contract.</summary>
    IReadOnlyList<int> OverwrittenInputs => [];

    /// <summary>True for rows that only the bench runs.</summary>
    bool BenchOnly { get; }
}
