// A stretch that is recomputed in backward, whole or tile by tile, gives what the recorded stretch gives, in less memory.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class CheckpointTests : IDisposable
{
    private const int Rows = 70;

    private readonly CpuDevice _device = new();

    private sealed record Result(float[] Output, float[] InputGradient, float[][] Gradients, long Peak);

    [Fact]
    public void Recomputing_the_whole_gives_the_same_bits()
    {
        Result recorded = Run((tape, mlp, x) => mlp.Forward(tape, x)), again = Run((tape, mlp, x) => Checkpoint.Run(tape, mlp, x));
        Assert.Equal(recorded.Output, again.Output);
        Assert.Equal(recorded.InputGradient, again.InputGradient);
        Assert.Equal(recorded.Gradients, again.Gradients);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(Rows)]
    [InlineData(1000)]
    public void Tile_by_tile_it_gives_the_same_numbers(int tileRows)
    {
        Result recorded = Run((tape, mlp, x) => mlp.Forward(tape, x)), tiled = Run((tape, mlp, x) => Checkpoint.Run(tape, mlp, x, tileRows));
        Assert.Equal(recorded.Output, tiled.Output);
        Close(recorded.InputGradient, tiled.InputGradient);
        for (int i = 0; i < recorded.Gradients.Length; i++) Close(recorded.Gradients[i], tiled.Gradients[i]);
    }

    [Fact]
    public void Smaller_tiles_need_less_memory()
    {
        long whole = Run((tape, mlp, x) => Checkpoint.Run(tape, mlp, x)).Peak;
        long tiles = Run((tape, mlp, x) => Checkpoint.Run(tape, mlp, x, 7)).Peak;
        Assert.True(tiles < whole, $"tiles {tiles} bytes, whole {whole}");
    }

    [Fact]
    public void A_stretch_with_a_frozen_input_still_trains_its_parameters()
    {
        using var mlp = new TinyMlp(_device);
        var tape = new Tape(_device);
        using Tensor x = TinyMlp.Ramp(_device, Rows, TinyMlp.Width);
        using Tensor y = Checkpoint.Run(tape, mlp, x, 32);
        tape.AddGradient(y.Value, TinyMlp.Ramp(_device, Rows, TinyMlp.Width));
        tape.RunBack();
        Assert.All(mlp.Parameters, parameter => Assert.True(parameter.Gradient.Exists, parameter.Name));
    }

    private Result Run(Func<Tape, TinyMlp, Tensor, Tensor> forward)
    {
        using var mlp = new TinyMlp(_device);
        var tape = new Tape(_device);
        using Tensor x = tape.Track(TinyMlp.Ramp(_device, Rows, TinyMlp.Width));
        using Tensor y = forward(tape, mlp, x);
        tape.AddGradient(y.Value, TinyMlp.Ramp(_device, Rows, TinyMlp.Width));
        _device.Memory.Ledger.ResetPeak();
        tape.RunBack();
        using Tensor dx = tape.TakeGradient(x.Value);
        return new Result(
            _device.ToArray<float>(y), _device.ToArray<float>(dx),
            [.. mlp.Parameters.Select(parameter => _device.ToArray<float>(parameter.Gradient))], _device.Memory.Ledger.PeakOf(Category.Activations));
    }

    /// <summary>Sums over rows are added in another order: fp32's rounding, relative to the largest element.</summary>
    private static void Close(float[] expected, float[] actual)
    {
        float scale = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i] / scale, actual[i] / scale, 2e-6f);
    }

    public void Dispose() => _device.Dispose();
}
