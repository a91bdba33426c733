// Row ops: how a row is laid on threads, when 16-byte accesses are possible, and the choice of a kernel by element type.
#pragma once

// threads: blockDim.x, all of one row; rows: blockDim.y. packs: most that a thread holds in registers; 0: the row is streamed.
struct RowLayout {
    int threads, rows, packs;
    dim3 block() const { return dim3(threads, rows); }
    dim3 grid(int64_t count) const { return dim3(static_cast<unsigned>((count + rows - 1) / rows)); }
    int shared() const { return row_sum_bytes(threads); }
};

constexpr int kRowThreads = 512;  // most of a block: leaves 128 registers a thread
constexpr int kWarpRows = 4;      // rows of a block when one warp has one row

// Layout for rows of `width` elements read `pack` at a time, of which a thread can hold `most`: one warp a row while that
// holds it, then up to 512 threads, then streamed. Scalar rows (pack 1) are always streamed.
inline RowLayout row_layout(int width, int pack, int most) {
    const int packs = (width + pack - 1) / pack;
    if (pack == 1 || packs > kRowThreads * most) return packs <= 1024 ? RowLayout{32, kWarpRows, 0} : RowLayout{kRowThreads, 1, 0};
    if (packs <= 32) return {32, kWarpRows, 1};
    if (packs <= 32 * most) return {32, kWarpRows, most};
    return {((packs + most - 1) / most + 31) / 32 * 32, 1, most};
}

// Row `row` of a matrix whose rows are `pitch` elements apart; 64-bit, since rows x pitch passes 2^31.
template <class T>
__host__ __device__ __forceinline__ T* row_of(T* base, int64_t row, int64_t pitch) {
    return base + row * pitch;
}

// Whether every row starts on 16 bytes; a matrix that is absent (null) does not matter.
template <class T>
bool rows_aligned(const T* base, int64_t pitch) {
    return base == nullptr || (reinterpret_cast<uintptr_t>(base) % 16 == 0 && pitch * static_cast<int64_t>(sizeof(T)) % 16 == 0);
}

// A vector that multiplies rows: of the rows' type, or fp32 (a master weight).
template <class T>
struct RowWeight {
    const void* values;
    bool fp32;

    bool aligned() const { return reinterpret_cast<uintptr_t>(values) % 16 == 0; }

    template <int N>
    __device__ __forceinline__ void load(int column, float (&to)[N]) const {
        if (fp32) {
            constexpr int M = N == 1 ? 1 : 4;
#pragma unroll
            for (int i = 0; i < N; i += M) {
                Pack<float, M> part;
                part.load(static_cast<const float*>(values) + column + i);
#pragma unroll
                for (int k = 0; k < M; k++) to[i + k] = part.value[k];
            }
        } else {
            Pack<T, N> part;
            part.load(static_cast<const T*>(values) + column);
#pragma unroll
            for (int i = 0; i < N; i++) to[i] = part.value[i];
        }
    }
};

// Calls `run` with a value of the element type that `dtype` names.
template <class Run>
int with_type(const char* op, int dtype, char* message, Run run) {
    switch (dtype) {
        case FT_F32: return run(float{});
        case FT_BF16: return run(ft_bf16{});
        case FT_F16: return run(ft_f16{});
        default: return ft_missing(op, "element type", dtype, message);
    }
}
