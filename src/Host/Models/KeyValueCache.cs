// Keys and values of the tokens that a generation has already seen, a pair of growing matrices a layer.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>Cache of one sequence. Layers append in order; <see cref="Advance"/> ends a pass.</summary>
public sealed class KeyValueCache(IDevice device, DecoderSpec spec, DType type) : IDisposable
{
    private const int Step = 256;
    private readonly Tensor[] _keys = new Tensor[spec.Layers.Count], _values = new Tensor[spec.Layers.Count];
    private readonly int _width = spec.Attention.KeyValueHeads * spec.Attention.HeadSize;

    /// <summary>Tokens seen by every layer.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a layer's new keys and values [n, kv heads x d]; returns views of all of them, which the caller disposes.</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, in Tensor keys, in Tensor values)
    {
        long total = Length + keys.Rows;
        return (Extend(ref _keys[layer], keys, total), Extend(ref _values[layer], values, total));
    }

    /// <summary>Ends a pass over <paramref name="tokens"/> new tokens.</summary>
    public void Advance(int tokens) => Length += tokens;

    /// <summary>Forgets what follows the first <paramref name="length"/> tokens.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    private Tensor Extend(ref Tensor store, in Tensor rows, long total)
    {
        if (!store.Exists || store.Rows < total) Grow(ref store, total);
        using (Tensor target = store.RowRange(Length, rows.Rows)) Accumulate.Copy(device, rows, target);
        return store.RowRange(0, total);
    }

    private void Grow(ref Tensor store, long total)
    {
        long rows = Math.Max((total + Step - 1) / Step * Step, store.Exists ? 2 * store.Rows : 0);
        Tensor larger = device.Empty(new Shape(rows, _width), type, Category.Workspace);
        if (store.Exists && Length > 0)
        {
            using Tensor from = store.RowRange(0, Length);
            using Tensor to = larger.RowRange(0, Length);
            Accumulate.Copy(device, from, to);
        }
        store.Dispose();
        store = larger;
    }

    public void Dispose()
    {
        foreach (ref Tensor keys in _keys.AsSpan()) keys.Dispose();
        foreach (ref Tensor values in _values.AsSpan()) values.Dispose();
    }
}
