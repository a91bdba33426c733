// The only header that a kernel source includes; the same source compiles by nvcc and, under emulation, by g++.
#pragma once

#ifdef __CUDACC__
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

// Dynamic shared memory under `name`; a kernel has one such block and carves it by offsets.
#define FT_SMEM(name) extern __shared__ __align__(128) unsigned char name[]
// Launches FT_LAUNCH((kernel<A, B>), grid, block, shared bytes, stream, arguments); parentheses keep template commas together.
#define FT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) (kernel)<<<grid, block, shared_bytes, stream>>>(__VA_ARGS__)

__device__ __forceinline__ float ft_half_bits_to_float(uint16_t bits) { return __half2float(__ushort_as_half(bits)); }
__device__ __forceinline__ uint16_t ft_float_to_half_bits(float value) { return __half_as_ushort(__float2half_rn(value)); }

// Sixteen bytes in one access (the emulator sees one too, and checks the alignment).
__device__ __forceinline__ uint4 ft_ld16(const void* p) { return *static_cast<const uint4*>(p); }
__device__ __forceinline__ void ft_st16(void* p, const uint4& value) { *static_cast<uint4*>(p) = value; }
#else
#include "../emu/emu.h"
#endif

#include "error.cuh"
#include "num.cuh"
#include "norm.cuh"
#include "pack.cuh"
#include "reduce.cuh"
#include "row.cuh"
