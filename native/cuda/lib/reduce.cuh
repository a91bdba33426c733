// Sums over a warp and a block in a fixed order, so that the same input gives the same bits.
#pragma once

// Sum over the 32 lanes, in every lane.
__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes /= 2) x += __shfl_xor_sync(0xFFFFFFFFu, x, lanes);
    return x;
}

// Largest of the 32 lanes, in every lane; a NaN wins, so that it reaches the output.
__device__ __forceinline__ float warp_max(float x) {
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes /= 2) {
        const float other = __shfl_xor_sync(0xFFFFFFFFu, x, lanes);
        x = other > x || other != other ? other : x;
    }
    return x;
}

// Bytes of shared memory that row_sum needs for blocks of `threads`.
__host__ __device__ __forceinline__ constexpr int row_sum_bytes(int threads) { return threads / 32 * static_cast<int>(sizeof(float)); }

// Sum over the threads with the same threadIdx.y, in every one of them. blockDim.x is 32 (one warp a row, any blockDim.y),
// or a multiple of 32 with blockDim.y 1; `scratch` holds row_sum_bytes(blockDim.x) and may be used again at once.
__device__ __forceinline__ float row_sum(float x, float* scratch) {
    x = warp_sum(x);
    if (blockDim.x == 32) return x;
    if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = x;
    __syncthreads();
    const int warps = static_cast<int>(blockDim.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
    x = warp_sum(lane < warps ? scratch[lane] : 0.0f);
    __syncthreads();
    return x;
}
