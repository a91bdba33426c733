// A weight need not be a tensor: a 4-bit form that only this test knows serves linear forward and backward.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class StoredFormTests : IDisposable
{
    private readonly CpuDevice _device = new();

    [Theory]
    [InlineData(1, 3, 5)]
    [InlineData(37, 65, 130)]
    public void Linear_reads_a_stored_form_as_it_reads_the_widened_matrix(int tokens, int outputs, int inputs)
    {
        using var form = new Nibbles(outputs, inputs);
        using var dense = new Weight(new Parameter("dense", _device.From(form.Widened(), new Shape(outputs, inputs), Category.Weights), false));
        using var stored = new Weight("stored", form);
        Assert.Equal(Run(dense, tokens), Run(stored, tokens));
        Assert.Equal(form.Bytes, stored.Bytes);
    }

    [Fact]
    public void A_stored_form_is_never_widened_whole()
    {
        using var form = new Nibbles(3000, 4000);
        using var stored = new Weight("stored", form);
        Run(stored, 2);
        Assert.True(form.LargestRectangle < 3000 * 4000 / 8, $"{form.LargestRectangle} elements were asked for at once");
    }

    private float[][] Run(Weight weight, int tokens)
    {
        var tape = new Tape(_device);
        using Tensor x = tape.Track(Ramp(tokens, weight.Columns));
        using Tensor y = Linear.Apply(tape, x, weight);
        tape.AddGradient(y.Value, Ramp(tokens, weight.Rows));
        tape.RunBack();
        using Tensor dx = tape.TakeGradient(x.Value);
        return [_device.ToArray<float>(y), _device.ToArray<float>(dx)];
    }

    private Tensor Ramp(long rows, long columns)
    {
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) values[i] = i * 7 % 23 / 23f - 0.4f;
        return _device.From(values, new Shape(rows, columns), Category.Activations);
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Two 4-bit codes a byte, one scale a row.</summary>
    private sealed unsafe class Nibbles(int rows, int columns) : IStoredForm
    {
        private readonly byte[] _codes = [.. Enumerable.Range(0, (rows * columns + 1) / 2).Select(i => (byte)(i * 31 % 251))];
        private readonly float[] _scales = [.. Enumerable.Range(0, rows).Select(i => 0.1f + i % 5 * 0.03f)];
        private long _largest;

        public long Rows => rows;
        public long Columns => columns;
        public long Bytes => _codes.Length + 4 * _scales.Length;
        public long LargestRectangle => _largest;

        public float[] Widened() => [.. Enumerable.Range(0, rows * columns).Select(i => At(i / columns, i % columns))];

        public void Decode(long row, int count, long col, int cols, float* destination, long pitch)
        {
            _largest = Math.Max(_largest, (long)count * cols);
            for (int r = 0; r < count; r++)
                for (int c = 0; c < cols; c++) destination[r * pitch + c] = At(row + r, col + c);
        }

        private float At(long row, long column)
        {
            long index = row * columns + column;
            return ((_codes[index / 2] >> (int)(index % 2 * 4) & 15) - 8) * _scales[row];
        }

        public void Dispose() { }
    }
}
