// What an MLP block is made of.
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraMlp;

/// <summary>Made once for a layer. Without a norm n is x.</summary>
public sealed class MlpParts(NormRule? norm, ILoraLinear gate, ILoraLinear up, ILoraLinear down, GateFunction function)
{
    private readonly ILoraLinear[] _inner = [gate, up], _down = [down];

    public NormRule? Norm => norm;

    public GateFunction Function => function;

    internal LinearGroup InnerGroup(in LoraPass pass) => new(_inner, pass);

    internal LinearGroup DownGroup(in LoraPass pass) => new(_down, pass);

    internal Shape InnerShape(long rows) => new(rows, gate.Weight.Rows);

    /// <exception cref="ArgumentException">The parts do not fit x [T,h] or each other.</exception>
    internal void Check(in Tensor x)
    {
        if (norm is not null) NormRows.Check("lora_mlp", x, norm);
        LinearCheck.Fits("lora_mlp", x, gate);
        LinearCheck.Fits("lora_mlp", x, up);
        LinearCheck.Fits("lora_mlp", gate.Weight.Rows, down);
        if (up.Weight.Rows != gate.Weight.Rows || down.Weight.Rows != x.Columns)
            throw new ArgumentException(
                $"[lora_mlp] gate goes to {gate.Weight.Rows}, up to {up.Weight.Rows}, down to {down.Weight.Rows}; the stream has {x.Columns}:"
                + " gate and up go to intermediate_size, down back to hidden_size");
    }
}
