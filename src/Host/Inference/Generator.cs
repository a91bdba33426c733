// Generates: the prompt goes through the model at once, then token by token over the cache of keys and values.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Inference;

/// <summary>One conversation's generator. What a new prompt shares with the last one is not computed again.</summary>
public sealed class Generator(Decoder model) : IDisposable
{
    private readonly Tape _tape = new(model.Device) { Recording = false };
    private readonly KeyValueCache _cache = new(model.Device, model.Spec, model.ComputeType);
    private readonly List<int> _cached = [];

    /// <summary>Ids after <paramref name="prompt"/> until a stop id (which is not returned) or <paramref name="limit"/> ids.</summary>
    /// <exception cref="UserError">The prompt is empty or leaves no room within the model's positions.</exception>
    public IEnumerable<int> Generate(
        IReadOnlyList<int> prompt, Sampler sampler, IReadOnlySet<int> stops, int limit, CancellationToken cancel = default)
    {
        if (prompt.Count == 0) throw new UserError("the prompt is empty: say something");
        if (prompt.Count >= model.Spec.MaxPositions)
            throw new UserError($"the conversation has {prompt.Count} tokens, the model takes {model.Spec.MaxPositions}: use /clear or shorten it");
        limit = Math.Min(limit, model.Spec.MaxPositions - prompt.Count);
        var seen = prompt.ToList();
        int shared = Shared(prompt);
        _cache.Truncate(shared);
        _cached.RemoveRange(shared, _cached.Count - shared);
        float[] logits = Logits([.. prompt.Skip(shared)]);
        for (int count = 0; count < limit && !cancel.IsCancellationRequested; count++)
        {
            int id = sampler.Next(logits, seen);
            if (stops.Contains(id)) yield break;
            seen.Add(id);
            yield return id;
            if (count + 1 < limit) logits = Logits([id]);
        }
    }

    /// <summary>Logits [V] after the last of the new ids, which join the cache.</summary>
    public float[] Logits(int[] ids)
    {
        using var batch = new DeviceBatch(model, TokenBatch.Sequence(ids, _cache.Length), _cache);
        var context = new ForwardContext { Starts = batch.Starts, Rope = batch.Rope, Cache = _cache, Pages = batch.Pages };
        using Tensor hidden = model.Hidden(_tape, batch.Ids, context);
        using Tensor last = hidden.RowRange(ids.Length - 1, 1);
        using Tensor logits = model.Logits(_tape, last, context);
        _cached.AddRange(ids);
        return model.Device.ToArray<float>(logits);
    }

    /// <summary>Leading ids that the cache already holds; the last prompt id is always computed.</summary>
    private int Shared(IReadOnlyList<int> prompt)
    {
        int shared = 0, most = Math.Min(_cached.Count, prompt.Count - 1);
        while (shared < most && _cached[shared] == prompt[shared]) shared++;
        return shared;
    }

    public void Dispose() => _cache.Dispose();
}
