// LinearCrossEntropy · the head's product and the loss in chunks of rows: logits of [T, V] never exist (kernels.md 4.7).
//   z = H W^T   loss = weight sum (lse(z) - z[label])   dH = dz W   dW += dz^T H
// H [n,h] the labelled rows only; W [V,h] dense or stored; labels I32 [n]; loss fp32 [1].
// The gradients are made in forward, chunk by chunk, since the weight is known: dH [n,h] is all that stays. Root of the tape.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.LinearCrossEntropy;

public static class LinearCrossEntropy
{
    /// <summary>Largest chunk of fp32 logits, in bytes. The head is packed anew for every chunk, a quarter of the time at 256 rows
    /// and an eighth at 512 (class B, vocabulary 49152); small beside a step's activations.</summary>
    public const long ChunkBytes = 96L << 20;

    /// <summary>Rows of a chunk for a vocabulary of <paramref name="vocabulary"/>: the size is part of the numbers, so it
    /// depends on the shape and the run's memory plan alone.</summary>
    public static long ChunkRows(long vocabulary, long chunkBytes = ChunkBytes) => Math.Max(64, chunkBytes / (4 * vocabulary) / 16 * 16);

    /// <summary>The loss over labelled rows; <paramref name="weight"/> is 1 / labels of the whole step.</summary>
    /// <param name="chunkBytes">Largest chunk of fp32 logits; less memory, but the head is packed more often.</param>
    public static Tensor Loss(Tape tape, in Tensor hidden, Weight head, in Tensor labels, float weight, long chunkBytes = ChunkBytes)
    {
        if (hidden.Columns != head.Columns || labels.Count != hidden.Rows)
            throw new ArgumentException(
                $"[linear_cross_entropy] hidden {hidden.Shape}, head [{head.Rows}, {head.Columns}], labels {labels.Shape} do not fit");
        bool trains = tape.Needs(head.Dense), record = trains || tape.Needs(hidden);
        using Tensor losses = tape.Workspace(new Shape(hidden.Rows), DType.F32);
        Tensor gradient = tape.Needs(hidden) ? tape.New(hidden.Shape, hidden.Type) : default;
        tape.Use(head.Dense);
        long rows = ChunkRows(head.Rows, chunkBytes);
        for (long start = 0; start < hidden.Rows; start += rows)
            Chunk(tape, new(hidden, head, labels, losses, gradient, weight, record), start, Math.Min(rows, hidden.Rows - start));
        Tensor loss = tape.New(new Shape(1), DType.F32);
        CrossEntropy.CrossEntropy.Sum(tape.Device, losses, loss, weight);
        if (!record) return loss;
        loss = tape.Track(loss);
        tape.Record(new Node(loss.Value, hidden.Value, gradient, head.Dense));
        return loss;
    }

    private readonly record struct Work(
        Tensor Hidden, Weight Head, Tensor Labels, Tensor Losses, Tensor Gradient, float Weight, bool Record);

    private static void Chunk(Tape tape, in Work work, long start, long count)
    {
        IDevice device = tape.Device;
        using Tensor hidden = work.Hidden.RowRange(start, count);
        using Tensor labels = Elements(work.Labels, start, count), losses = Elements(work.Losses, start, count);
        using Tensor z = tape.Workspace(new Shape(count, work.Head.Rows), DType.F32);
        Matmul.Matmul.Run(device, Operand.Of(hidden), Operand.Of(work.Head, transposed: true), z);
        CrossEntropy.CrossEntropy.Rows(device, z, labels, losses, work.Weight, work.Record);
        if (work.Gradient.Exists)
        {
            using Tensor gradient = work.Gradient.RowRange(start, count);
            Matmul.Matmul.Run(device, Operand.Of(z), Operand.Of(work.Head), gradient);
        }
        if (!tape.Needs(work.Head.Dense)) return;
        Tensor dHead = tape.GradientTarget(work.Head.Dense!, out float beta);
        Matmul.Matmul.Run(device, Operand.Of(z, transposed: true), Operand.Of(hidden), dHead, beta: beta);
    }

    /// <summary>Elements [start, start + count) of a vector, as a vector.</summary>
    private static Tensor Elements(in Tensor vector, long start, long count)
    {
        using Tensor column = vector.Reshape(new Shape(vector.Count, 1));
        using Tensor range = column.RowRange(start, count);
        return range.Reshape(new Shape(count));
    }

    private struct Node(int loss, int hidden, Tensor gradient, Parameter? head) : INode
    {
        private Tensor _gradient = gradient;

        public void Backward(Tape tape)
        {
            tape.TakeGradient(loss).Dispose();
            if (_gradient.Exists) tape.AddGradient(hidden, _gradient.Share());
            if (tape.Needs(head)) tape.Contributed(head!);
        }

        public void Free() => _gradient.Dispose();
    }
}
