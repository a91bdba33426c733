// Linear · y = x W^T + b (kernels.md 4.10).
//   backward: dx = dy W   dW = dy^T x   db = sum over rows of dy
// x [T,K], W [N,K] dense or in a stored form, b [N] fp32, y [T,N] in x's type (or the one asked for); any row pitch.
// Saves x when W is trained, nothing otherwise. dW and db are fp32 and added to.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.Linear;

internal interface ILinearKernel
{
    /// <summary>db = beta db + sum over rows of dy, rows in fixed groups.</summary>
    void BiasGradient(IDevice device, in Tensor dy, in Tensor db, float beta);
}

public static class Linear
{
    internal static readonly KernelSet<ILinearKernel> Kernels = new("linear", new LinearCpu());

    /// <summary>y [T,N] of x [T,K]; <paramref name="bias"/> may be null.</summary>
    public static Tensor Apply(Tape tape, in Tensor x, Weight weight, Parameter? bias = null, DType? outputType = null)
    {
        if (x.Columns != weight.Columns)
            throw new ArgumentException(
                $"[linear] {weight.Name} is [{weight.Rows}, {weight.Columns}], input's last dimension is {x.Columns}");
        Tensor y = tape.New(new Shape(x.Rows, weight.Rows), outputType ?? x.Type);
        Matmul.Matmul.Run(
            tape.Device, Operand.Of(x), Operand.Of(weight, transposed: true), y, bias: bias is null ? default : bias.Value);
        bool trains = tape.Needs(weight.Dense);
        if (!trains && !tape.Needs(x) && !tape.Needs(bias)) return y;
        y = tape.Track(y);
        tape.Use(weight.Dense);
        tape.Use(bias);
        tape.Record(new Node(y.Value, trains ? x.Share() : default, x.Value, x.Shape, x.Type, weight, bias));
        return y;
    }

    /// <summary>db = beta db + sum over rows of dy.</summary>
    internal static void BiasGradient(IDevice device, in Tensor dy, in Tensor db, float beta)
    {
        if (device.Launch("linear", dy.Count, (double)dy.Count * dy.Type.Size())) Kernels.For(device).BiasGradient(device, dy, db, beta);
    }

    private struct Node(int y, Tensor x, int input, Shape inputShape, DType inputType, Weight weight, Parameter? bias) : INode
    {
        private Tensor _x = x;

        public void Backward(Tape tape)
        {
            using Tensor dy = tape.TakeGradient(y);
            if (dy.Exists) Gradients(tape, dy);
            if (tape.Needs(weight.Dense)) tape.Contributed(weight.Dense!);
            if (tape.Needs(bias)) tape.Contributed(bias!);
        }

        private readonly void Gradients(Tape tape, in Tensor dy)
        {
            IDevice device = tape.Device;
            if (tape.Needs(bias))
            {
                Tensor db = tape.GradientTarget(bias!, out float beta);
                BiasGradient(device, dy, db, beta);
            }
            if (tape.Needs(weight.Dense))
            {
                Tensor dWeight = tape.GradientTarget(weight.Dense!, out float beta);
                Matmul.Matmul.Run(device, Operand.Of(dy, transposed: true), Operand.Of(_x), dWeight, beta: beta);
            }
            if (input == 0) return;
            Tensor dx = tape.GradientTarget(input, inputShape, inputType, out float existing);
            Matmul.Matmul.Run(device, Operand.Of(dy), Operand.Of(weight), dx, beta: existing);
        }

        public void Free() => _x.Dispose();
    }
}
