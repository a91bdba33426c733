// A tensor as CPU row kernels see it: base address and bytes from row to row.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>Rows of a host tensor; an absent tensor gives <see cref="Exists"/> false.</summary>
public readonly unsafe struct MatrixView(in Tensor tensor)
{
    private readonly byte* _base = tensor.Exists ? (byte*)tensor.Pointer : null;
    private readonly long _pitch = tensor.Exists ? tensor.RowPitch * tensor.Type.Size() : 0;

    public bool Exists => _base is not null;

    public byte* Row(long row) => _base + row * _pitch;
}
