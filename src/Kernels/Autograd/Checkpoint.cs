// Gradient checkpointing: a stretch of the graph keeps only its input and is computed again in backward.
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Autograd;

/// <summary>A stretch that can be run again and gives the same numbers: a decoder layer, or its MLP on a tile of rows.</summary>
public interface ISegment
{
    /// <summary>True when the stretch holds trainable parameters, so that it has a backward even for a frozen input.</summary>
    bool Trains { get; }

    /// <summary>Output for <paramref name="input"/>, which stays the caller's.</summary>
    Tensor Forward(Tape tape, in Tensor input);
}

public static class Checkpoint
{
    /// <summary>Runs the segment without recording and saves its input only; backward records and runs it once more.</summary>
    public static Tensor Run(Tape tape, ISegment segment, in Tensor input) => Run(tape, segment, input, tileRows: 0);

    /// <summary>As <see cref="Run(Tape, ISegment, in Tensor)"/> for a segment that treats every row by itself: backward recomputes
    /// <paramref name="tileRows"/> rows at a time, so that only one tile's inner tensors exist. 0: all rows at once.</summary>
    public static Tensor Run(Tape tape, ISegment segment, in Tensor input, int tileRows)
    {
        if (!tape.Needs(input) && !(tape.Recording && segment.Trains)) return segment.Forward(tape, input);
        tape.Recording = false;
        Tensor output = segment.Forward(tape, input);
        tape.Recording = true;
        output = tape.Track(output);
        tape.Record(new CheckpointNode(segment, new SavedInput(tape.Device, input, tape.Store), output.Value, tileRows));
        return output;
    }

    private struct CheckpointNode(ISegment segment, SavedInput saved, int output, int tileRows) : INode
    {
        private SavedInput _saved = saved;

        public void Backward(Tape tape)
        {
            Tensor outputGradient = tape.TakeGradient(output);
            if (!outputGradient.Exists) return;
            using Tensor input = _saved.Take(tape);
            if (tileRows == 0) Whole(tape, input, outputGradient);
            else Tiles(tape, input, outputGradient);
        }

        private readonly void Whole(Tape tape, in Tensor input, Tensor outputGradient)
        {
            Tensor inputGradient = Rerun(tape, input, outputGradient);
            if (inputGradient.Exists) tape.AddGradient(_saved.Value, inputGradient);
        }

        /// <summary>Each tile's gradient is copied into its rows of the whole one, which starts without contributions.</summary>
        private readonly void Tiles(Tape tape, in Tensor input, Tensor gradientOfOutput)
        {
            using Tensor outputGradient = gradientOfOutput;
            Tensor whole = _saved.Value == 0 ? default : tape.New(input.Shape, input.Type);
            tape.HoldGradients();
            for (long row = 0; row < input.Rows; row += tileRows)
            {
                long count = Math.Min(tileRows, input.Rows - row);
                using Tensor tile = input.RowRange(row, count);
                using Tensor gradient = Rerun(tape, tile, outputGradient.RowRange(row, count));
                if (!whole.Exists) continue;
                using Tensor target = whole.RowRange(row, count);
                Accumulate.Copy(tape.Device, gradient, target);
            }
            tape.ReleaseGradients();
            if (whole.Exists) tape.AddGradient(_saved.Value, whole);
        }

        /// <summary>Records the segment once more on top of the tape and runs just that back; gradient of the input, if asked for.
        /// Takes over the output's gradient, so that the segment's last op may write over it.</summary>
        private readonly Tensor Rerun(Tape tape, in Tensor rows, Tensor outputGradient)
        {
            (int nodes, int values) = tape.Mark();
            using Tensor input = _saved.Value == 0 ? rows.Share().WithValue(0) : tape.Track(rows.Share());
            bool outer = tape.Recomputing;
            tape.Recomputing = true;
            using (Tensor result = segment.Forward(tape, input)) tape.AddGradient(result.Value, outputGradient);
            tape.Recomputing = outer;
            tape.BackwardTo(nodes, input.Value == 0 ? values : input.Value);
            Tensor gradient = input.Value == 0 ? default : tape.TakeGradient(input.Value);
            tape.BackwardTo(nodes, values);
            return gradient;
        }

        public void Free() => _saved.Dispose();
    }
}
