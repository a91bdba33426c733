// The input that a recomputed stretch keeps: in memory, or in a store outside of it.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Autograd;

/// <summary>Owns what it keeps. Reading it back gives a tensor of the caller's.</summary>
internal struct SavedInput : IDisposable
{
    private const long PartBytes = 16L << 20;

    private readonly IActivationStore? _store;
    private readonly Shape _shape;
    private readonly DType _type;
    private readonly long _place;
    private Tensor _tensor;

    /// <summary>Keeps <paramref name="input"/>, which stays the caller's, in the store or by a reference.</summary>
    public SavedInput(IDevice device, in Tensor input, IActivationStore? store)
    {
        (_shape, _type, Value) = (input.Shape, input.Type, input.Value);
        if (store is null || !input.IsContiguous)
        {
            _tensor = input.Share();
            return;
        }
        _store = store;
        _place = store.Push(Bytes);
        if (device.Kind == DeviceKind.Plan) return;
        RequireHost(device);
        for (long at = 0; at < Bytes; at += PartBytes) store.Write(_place + at, Part(input, at));
    }

    /// <summary>Number of the input on the tape; 0: it needs no gradient.</summary>
    public int Value { get; }

    private readonly long Bytes => _shape.Count * _type.Size();

    public readonly Tensor Take(Tape tape)
    {
        if (_store is null) return _tensor.Share();
        Tensor input = tape.New(_shape, _type).WithValue(Value);
        if (tape.Device.Kind == DeviceKind.Plan) return input;
        for (long at = 0; at < Bytes; at += PartBytes) _store.Read(_place + at, Part(input, at));
        return input;
    }

    private readonly unsafe Span<byte> Part(in Tensor tensor, long at) =>
        new((byte*)tensor.Pointer + at, (int)Math.Min(PartBytes, Bytes - at));

    private static void RequireHost(IDevice device)
    {
        if (device.Kind != DeviceKind.Cpu)
            throw new NotSupportedException($"[checkpoint] device '{device.Name}' keeps no activations in a file: choose device cpu, or keep them in memory");
    }

    public void Dispose()
    {
        _store?.Pop(_place);
        _tensor.Dispose();
    }
}
