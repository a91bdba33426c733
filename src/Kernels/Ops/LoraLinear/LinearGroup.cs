// The arithmetic that the blocks share: linears with one input, forward and backward, on a tile of rows.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>Linears that read the same rows x. Where no pair drops anything, the pairs' first matrices are put on top of each other
/// (A_all [sum of r, K]), so that x and its gradient pass once for all of them; else each pair goes by itself.</summary>
internal readonly ref struct LinearGroup(ReadOnlySpan<ILoraLinear> linears, LoraPass pass)
{
    /// <summary>Rows that the blocks work on at a time. Sums over rows are cut there, so the number is part of the results; it is a multiple
    /// of the blocks in which products sum, which leaves their order as it is.</summary>
    public const int TileRows = 2048;

    private readonly ReadOnlySpan<ILoraLinear> _linears = linears;

    /// <summary>True when some parameter of the linears trains.</summary>
    public bool Trains(Tape tape)
    {
        foreach (ILoraLinear linear in _linears)
            if (tape.Needs(linear.Bias) || NeedsInput(tape, linear) || PairBiasTrains(tape, linear)) return true;
        return false;
    }

    /// <summary>True when backward reads x.</summary>
    public bool NeedsInput(Tape tape)
    {
        foreach (ILoraLinear linear in _linears)
            if (NeedsInput(tape, linear)) return true;
        return false;
    }

    private bool NeedsInput(Tape tape, ILoraLinear linear)
    {
        if (tape.Needs(linear.Weight.Dense)) return true;
        for (int i = 0; i < Pairs(linear); i++)
            if (tape.Needs(linear.Pair(i).A) || tape.Needs(linear.Pair(i).B)) return true;
        return false;
    }

    private bool PairBiasTrains(Tape tape, ILoraLinear linear)
    {
        for (int i = 0; i < Pairs(linear); i++)
            if (tape.Needs(linear.Pair(i).Bias)) return true;
        return false;
    }

    /// <summary>Announces each trainable parameter's contribution.</summary>
    public void Use(Tape tape)
    {
        foreach (ILoraLinear linear in _linears)
        {
            tape.Use(linear.Weight.Dense);
            tape.Use(linear.Bias);
            for (int i = 0; i < Pairs(linear); i++)
            {
                LoraPair pair = linear.Pair(i);
                tape.Use(pair.A);
                tape.Use(pair.B);
                tape.Use(pair.Bias);
            }
        }
    }

    /// <summary>Ends what <see cref="Use"/> announced.</summary>
    public void Contributed(Tape tape)
    {
        foreach (ILoraLinear linear in _linears)
        {
            End(tape, linear.Weight.Dense);
            End(tape, linear.Bias);
            for (int i = 0; i < Pairs(linear); i++)
            {
                LoraPair pair = linear.Pair(i);
                End(tape, pair.A);
                End(tape, pair.B);
                End(tape, pair.Bias);
            }
        }
    }

    private static void End(Tape tape, Parameter? parameter)
    {
        if (tape.Needs(parameter)) tape.Contributed(parameter!);
    }

    /// <summary>Writes (beta 0) or adds to (beta 1) each linear's y [rows, out]; one rounding at the end.</summary>
    public void Forward(Tape tape, in Tensor x, in TensorSet y, float beta, long firstRow)
    {
        bool joint = Joint;
        using JointPairs pairs = joint ? JointPairs.Down(tape, this, x) : default;
        for (int i = 0; i < _linears.Length; i++)
        {
            ILoraLinear linear = _linears[i];
            using WideSum sum = WideSum.Begin(tape, y[i], beta, terms: 1 + (int)beta + Pairs(linear));
            Matmul.Matmul.Run(
                tape.Device, Operand.Of(x), Operand.Of(linear.Weight, transposed: true), sum.Total, beta: beta,
                bias: linear.Bias is null ? default : linear.Bias.Value);
            if (joint) pairs.Up(tape, this, i, sum.Total);
            else
                for (int p = 0; p < Pairs(linear); p++) LonePair.Forward(tape, linear.Pair(p), pass.Key(linear, p, firstRow), x, sum.Total);
            sum.Store(tape);
        }
    }

    /// <summary>Adds every parameter's gradient, then writes dx = sum of dy W and the pairs' parts (beta 0: over what dx holds).
    /// <paramref name="dx"/> may be x's own memory, or no tensor where no gradient is asked for; x may be no tensor where
    /// <see cref="NeedsInput(Tape)"/> says so.</summary>
    public void Backward(Tape tape, in Tensor x, in TensorSet dy, in Tensor dx, float beta, long firstRow)
    {
        for (int i = 0; i < _linears.Length; i++)
            if (dy[i].Exists) Dense(tape, _linears[i], x, dy[i]);
        if (Joint)
        {
            using JointPairs pairs = JointPairs.Gradients(tape, this, x, dy);
            if (!dx.Exists) return;
            using WideSum sum = Through(tape, dy, dx, beta);
            pairs.InputGradient(tape, sum.Total);
            sum.Store(tape);
            return;
        }
        if (x.Exists) Lone(tape, x, dy, firstRow, static (tape, work) => LonePair.Gradients(tape, work));
        if (!dx.Exists) return;
        using WideSum alone = Through(tape, dy, dx, beta);
        Lone(tape, alone.Total, dy, firstRow, static (tape, work) => LonePair.InputGradient(tape, work));
        alone.Store(tape);
    }

    private void Lone(Tape tape, in Tensor rows, in TensorSet dy, long firstRow, Action<Tape, LonePair> run)
    {
        for (int i = 0; i < _linears.Length; i++)
            for (int p = 0; p < Pairs(_linears[i]) && dy[i].Exists; p++)
                run(tape, new LonePair(_linears[i].Pair(p), pass.Key(_linears[i], p, firstRow), rows, dy[i]));
    }

    private static void Dense(Tape tape, ILoraLinear linear, in Tensor x, in Tensor dy)
    {
        if (tape.Needs(linear.Bias))
        {
            Tensor db = tape.GradientTarget(linear.Bias!, out float beta);
            Linear.Linear.BiasGradient(tape.Device, dy, db, beta);
        }
        if (!tape.Needs(linear.Weight.Dense)) return;
        Tensor dWeight = tape.GradientTarget(linear.Weight.Dense!, out float existing);
        Matmul.Matmul.Run(tape.Device, Operand.Of(dy, transposed: true), Operand.Of(x), dWeight, beta: existing);
    }

    /// <summary>dx (beta times) + sum of dy W, not yet stored.</summary>
    private WideSum Through(Tape tape, in TensorSet dy, in Tensor dx, float beta)
    {
        int terms = (int)beta;
        for (int i = 0; i < _linears.Length; i++) terms += 1 + Pairs(_linears[i]);
        WideSum sum = WideSum.Begin(tape, dx, beta, terms);
        for (int i = 0; i < _linears.Length; i++)
        {
            if (!dy[i].Exists) continue;
            Matmul.Matmul.Run(tape.Device, Operand.Of(dy[i]), Operand.Of(_linears[i].Weight), sum.Total, beta: beta);
            beta = 1;
        }
        if (beta == 0) Accumulate.Accumulate.Fill(tape.Device, sum.Total, 0);
        return sum;
    }

    public int Count => _linears.Length;

    public ILoraLinear this[int index] => _linears[index];

    public int Pairs(ILoraLinear linear) => pass.Pairs ? linear.PairCount : 0;

    /// <summary>Two pairs or more, none of which drops anything.</summary>
    private bool Joint
    {
        get
        {
            int count = 0;
            foreach (ILoraLinear linear in _linears)
                for (int i = 0; i < Pairs(linear); i++, count++)
                    if (pass.Key(linear, i, 0).Drops) return false;
            return count > 1;
        }
    }
}
