// CUDA's language and runtime calls for a plain C++ compiler: what lib/ft.cuh includes when nvcc is not the compiler.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "block.h"
#include "collectives.h"
#include "runtime.h"
#include "types.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

#define threadIdx (emu::Block::indices->thread)
#define blockIdx (emu::Block::indices->block)
#define blockDim (emu::Block::indices->block_size)
#define gridDim (emu::Block::indices->grid_size)

// The source line stands for the call site: compilers duplicate calls, so return addresses of one barrier can differ.
#define EMU_TEXT2(x) #x
#define EMU_TEXT(x) EMU_TEXT2(x)
#define EMU_SITE (__FILE__ ":" EMU_TEXT(__LINE__))

#define __syncthreads() emu::Block::current->barrier(EMU_SITE)
#define __syncwarp() emu::sync_warp(EMU_SITE, 0xFFFFFFFFu)
#define __shfl_xor_sync(mask, value, lanes) emu::shuffle(EMU_SITE, "__shfl_xor_sync", emu::shuffle_xor, mask, value, lanes)
#define __shfl_sync(mask, value, lane) emu::shuffle(EMU_SITE, "__shfl_sync", emu::shuffle_index, mask, value, lane)
#define __shfl_down_sync(mask, value, lanes) emu::shuffle(EMU_SITE, "__shfl_down_sync", emu::shuffle_down, mask, value, lanes)
#define __ballot_sync(mask, predicate) emu::ballot(EMU_SITE, mask, predicate)

#define FT_SMEM(name) unsigned char* name = emu::Block::current->shared()
#define FT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    emu::launch(#kernel, grid, block, shared_bytes, stream, [=] { kernel(__VA_ARGS__); })

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline uint32_t __float_as_uint(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}
inline float __uint_as_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

// fp16 through the compiler's own type, which rounds to nearest even as the hardware does.
inline float ft_half_bits_to_float(uint16_t bits) {
    _Float16 x;
    memcpy(&x, &bits, 2);
    return static_cast<float>(x);
}
inline uint16_t ft_float_to_half_bits(float value) {
    _Float16 x = static_cast<_Float16>(value);
    uint16_t bits;
    memcpy(&bits, &x, 2);
    return bits;
}

// Sixteen bytes in one access; a misaligned one is a fault on the device.
inline uint4 ft_ld16(const void* p) {
    emu::check_aligned(p, 16, "ft_ld16");
    uint4 value;
    memcpy(&value, p, 16);
    return value;
}
inline void ft_st16(void* p, const uint4& value) {
    emu::check_aligned(p, 16, "ft_st16");
    memcpy(p, &value, 16);
}
