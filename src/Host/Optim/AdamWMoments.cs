// What AdamW keeps of one parameter: moments as numbers, or as 8-bit blocks.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Optim;

/// <summary>The moments of one parameter and how they are stepped.</summary>
internal interface IAdamWMoments : IDisposable
{
    /// <summary>The tensors that a checkpoint holds, by the part of their name.</summary>
    IReadOnlyList<(string Part, Tensor Tensor)> Tensors { get; }

    void Update(IDevice device, Parameter parameter, in AdamWSettings settings, in Tensor factor);
}

/// <summary>Moments of F32 or BF16, zero at first.</summary>
internal sealed class WideMoments : IAdamWMoments
{
    private Tensor _first, _second;

    public WideMoments(IDevice device, Shape shape, DType type)
    {
        (_first, _second) = (device.Empty(shape, type, Category.Optimizer), device.Empty(shape, type, Category.Optimizer));
        Accumulate.Fill(device, _first, 0);
        Accumulate.Fill(device, _second, 0);
        Tensors = [("exp_avg", _first), ("exp_avg_sq", _second)];
    }

    public IReadOnlyList<(string Part, Tensor Tensor)> Tensors { get; }

    public void Update(IDevice device, Parameter parameter, in AdamWSettings settings, in Tensor factor) =>
        AdamW.Update(device, parameter.Value, parameter.Gradient, _first, _second, settings, factor);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}

/// <summary>Moments in 8-bit blocks (Ops/AdamW8bit), zero at first; the parts are called as bitsandbytes calls them.</summary>
internal sealed class BlockMoments : IAdamWMoments
{
    private Tensor _first, _firstMax, _second, _secondMax;

    public BlockMoments(IDevice device, Shape shape)
    {
        Shape blocks = new(FourBitMatrix.BlockCount(shape.Count, BlockMoment.Block));
        (_first, _firstMax) = (Zero(device, shape, DType.U8), Zero(device, blocks, DType.F32));
        (_second, _secondMax) = (Zero(device, shape, DType.U8), Zero(device, blocks, DType.F32));
        Tensors = [("state1", _first), ("absmax1", _firstMax), ("state2", _second), ("absmax2", _secondMax)];
    }

    public IReadOnlyList<(string Part, Tensor Tensor)> Tensors { get; }

    public void Update(IDevice device, Parameter parameter, in AdamWSettings settings, in Tensor factor) => AdamW8bit.Update(
        device, parameter.Value, parameter.Gradient, new BlockMoment(_first, _firstMax), new BlockMoment(_second, _secondMax), settings, factor);

    public void Dispose()
    {
        _first.Dispose();
        _firstMax.Dispose();
        _second.Dispose();
        _secondMax.Dispose();
    }

    // Whatever the codes: a block whose largest magnitude is 0 holds zeros.
    private static Tensor Zero(IDevice device, Shape shape, DType type)
    {
        Tensor tensor = device.Empty(shape, type, Category.Optimizer);
        if (device.Kind != DeviceKind.Plan) device.Write(new byte[shape.Count * type.Size()], tensor);
        return tensor;
    }
}
