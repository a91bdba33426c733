// Element types: bf16 and fp16 travel as 16-bit patterns; arithmetic is always fp32.
#pragma once

// Values of FastTune.Kernels.Tensors.DType.
enum FtDType { FT_F32 = 0, FT_BF16 = 1, FT_F16 = 2 };

struct ft_bf16 {
    uint16_t bits;
};
struct ft_f16 {
    uint16_t bits;
};

__device__ __forceinline__ float ft_float(float x) { return x; }
__device__ __forceinline__ float ft_float(ft_bf16 x) { return __uint_as_float(static_cast<uint32_t>(x.bits) << 16); }
__device__ __forceinline__ float ft_float(ft_f16 x) { return ft_half_bits_to_float(x.bits); }

// Rounds to nearest, ties to even; a NaN stays one.
template <class T>
__device__ __forceinline__ T ft_round(float x);

template <>
__device__ __forceinline__ float ft_round<float>(float x) {
    return x;
}

template <>
__device__ __forceinline__ ft_bf16 ft_round<ft_bf16>(float x) {
    const uint32_t bits = __float_as_uint(x);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return {static_cast<uint16_t>(bits >> 16 | 0x40u)};
    return {static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

template <>
__device__ __forceinline__ ft_f16 ft_round<ft_f16>(float x) {
    return {ft_float_to_half_bits(x)};
}

// The value that x has after a store as T.
template <class T>
__device__ __forceinline__ float ft_as(float x) {
    return ft_float(ft_round<T>(x));
}
