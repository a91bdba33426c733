// What forward and backward of rms_norm share.
#pragma once

// Values of FastTune.Kernels.Ops.RmsNorm.NormMode.
enum NormMode { Llama = 0, Gemma = 1, Plain = 2 };

template <int Mode>
__device__ __forceinline__ float norm_factor(float weight) {
    return Mode == Gemma ? 1.0f + weight : weight;
}

// The normalised value as the weight sees it.
template <int Mode, class T>
__device__ __forceinline__ float norm_rounded(float n) {
    return Mode == Llama ? ft_as<T>(n) : n;
}
