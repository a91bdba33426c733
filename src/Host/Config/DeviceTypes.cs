// The number types that a device computes with, as far as recipes ask for them.
namespace FastTune.Config;

/// <param name="Bf16">bf16 weights and activations.</param>
/// <param name="Fp16">fp16 weights and activations.</param>
internal sealed record DeviceTypes(bool Bf16, bool Fp16)
{
    /// <summary>The engine's own CPU device.</summary>
    public static readonly DeviceTypes Cpu = new(Bf16: true, Fp16: false);

    /// <summary>A device with fp32 alone.</summary>
    public static readonly DeviceTypes Fp32 = new(Bf16: false, Fp16: false);
}
