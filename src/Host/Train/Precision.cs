// Number types of a run on the CPU, from the recipe's precision keys.
using FastTune.Config;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Train;

public static class Precision
{
    /// <summary>bf16: activations and frozen matrices bf16, trained ones fp32 masters. pure_bf16: all matrices bf16. Else fp32.</summary>
    /// <exception cref="UserError">fp16 was asked for.</exception>
    public static LoadOptions Options(PrecisionOptions precision, Func<string, bool> trains)
    {
        if (precision.Fp16) throw new UserError("fp16: the CPU trains in fp32 or bf16; set bf16: true or leave both out", 2);
        if (precision.PureBf16) return new LoadOptions(DType.BF16, DType.BF16, DType.BF16, trains);
        return precision.Bf16
            ? new LoadOptions(DType.BF16, DType.BF16, DType.F32, trains)
            : new LoadOptions(DType.F32, DType.F32, DType.F32, trains);
    }
}
