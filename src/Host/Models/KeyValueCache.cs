// Keys and values of the tokens that a generation has already seen, in pages, a pair of pools a layer.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Ops.PagedAttention;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>Cache of one sequence. <see cref="Map"/> begins a pass and makes room; <see cref="Advance"/> ends it.</summary>
public sealed class KeyValueCache(IDevice device, DecoderSpec spec, DType type) : IDisposable
{
    private const int FirstPages = 8;
    private readonly Tensor[] _keys = new Tensor[spec.Layers.Count], _values = new Tensor[spec.Layers.Count];
    private readonly int _pageRows = spec.Attention.KeyValueHeads * KeyValuePages.PageTokens;
    private int _pages;

    /// <summary>Tokens seen by every layer.</summary>
    public int Length { get; private set; }

    /// <summary>A layer's pages, page i being the sequence's i-th.</summary>
    public KeyValuePages Pages(int layer) => new(_keys[layer], _values[layer]);

    /// <summary>Makes room for a pass over <paramref name="tokens"/> new tokens and says where everything lies.</summary>
    public PageMap Map(int tokens)
    {
        int total = Length + tokens, pages = (total + KeyValuePages.PageTokens - 1) / KeyValuePages.PageTokens;
        if (pages > _pages) Grow(Math.Max(pages, Math.Max(FirstPages, 2 * _pages)));
        return new PageMap(
            device.From([0, tokens], Category.Activations),
            device.From<int>([.. Enumerable.Range(0, Math.Max(pages, 1))], new Shape(1, Math.Max(pages, 1)), DType.I32, Category.Activations),
            device.From([total], Category.Activations), (long)tokens * total);
    }

    /// <summary>Ends a pass over <paramref name="tokens"/> new tokens.</summary>
    public void Advance(int tokens) => Length += tokens;

    /// <summary>Forgets what follows the first <paramref name="length"/> tokens.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    private void Grow(int pages)
    {
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            Grow(ref _keys[layer], pages);
            Grow(ref _values[layer], pages);
        }
        _pages = pages;
    }

    private void Grow(ref Tensor pool, int pages)
    {
        Tensor larger = device.Empty(new Shape((long)pages * _pageRows, spec.Attention.HeadSize), type, Category.Workspace);
        if (_pages > 0)
        {
            using Tensor before = larger.RowRange(0, pool.Rows);
            Accumulate.Copy(device, pool, before);
        }
        pool.Dispose();
        pool = larger;
    }

    public void Dispose()
    {
        foreach (ref Tensor keys in _keys.AsSpan()) keys.Dispose();
        foreach (ref Tensor values in _values.AsSpan()) values.Dispose();
    }
}
