// The kernels of one op, one a device: the list that an op folder fills in.
namespace FastTune.Kernels.Devices;

/// <summary>What an op can run on. A device that is asked for and has no kernel is an error; nothing falls back silently.</summary>
/// <typeparam name="TKernel">The op's kernel interface: raw work on tensors whose shapes are already checked.</typeparam>
public sealed class KernelSet<TKernel>(string op, TKernel cpu, TKernel? native = null, TKernel? ilgpu = null)
    where TKernel : class
{
    public string Op => op;

    /// <summary>The kernel for <paramref name="device"/>. `cuda` and `emu` share the P/Invoke kernel over their own library.</summary>
    public TKernel For(IDevice device) => Find(device.Kind) ?? throw new NotSupportedException(
        $"[{op}] has no kernel for device '{device.Name}': choose device cpu");

    /// <summary>The kernel for a kind of device, or null: the inventory test asks this.</summary>
    public TKernel? Find(DeviceKind kind) => kind switch
    {
        DeviceKind.Cpu => cpu,
        DeviceKind.Cuda or DeviceKind.Emu => native,
        DeviceKind.Ilgpu => ilgpu,
        _ => null,
    };
}
