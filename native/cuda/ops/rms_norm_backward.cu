// rms_norm, backward (contract: Ops/RmsNorm/RmsNorm.cs), with n = z r and g = dy w (gemma: dy (1 + w)):
//   dz = r (g - n mean(g n)) (+ the gradient that z has besides); dw = sum over rows of dy n (llama: the rounded n).
// Plan: as forward, 2 packs a thread. For dw every row group is a fixed run of rows; its threads keep their columns' sums in
// registers (streamed rows: in the group's row of the workspace); a second kernel adds the groups in order. Frozen: a row is a group.
// Rungs: 4 packs a thread spilled 8 to 40 bytes (nvcc 11.8), 2 take at most 90 registers; without the explicit single block ptxas aims at
// 64 registers and spills 8 bytes. Roof 6 B an element; not timed on a card yet.
#include "ft.cuh"

namespace {

constexpr int kHeldPacks = 2;

template <class T>
struct Backward {
    const T *dy, *z, *base;
    const float* rstd;
    RowWeight<T> weight;
    int64_t rows, dy_pitch, z_pitch, base_pitch, out_pitch, groups;
    int width;
    T* out;
    float* partial;  // [groups, width]
};

// Fills n = z r and g = dy factor(w) of one pack; adds dy n to dw where that is asked for; returns the sum of g n.
template <int Mode, class T, int N>
__device__ __forceinline__ float pull(const Backward<T>& a, int64_t row, int column, float r, Pack<T, N>& n, Pack<T, N>& g, float* dw) {
    float weight[N];
    n.load(row_of(a.z, row, a.z_pitch) + column);
    g.load(row_of(a.dy, row, a.dy_pitch) + column);
    a.weight.load(column, weight);
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) {
        n.value[i] *= r;
        if (dw != nullptr) dw[i] += g.value[i] * norm_rounded<Mode, T>(n.value[i]);
        g.value[i] *= norm_factor<Mode>(weight[i]);
        sum += g.value[i] * n.value[i];
    }
    return sum;
}

// A thread writes only columns that it alone reads, so out may be dy or base.
template <class T, int N>
__device__ __forceinline__ void push(const Backward<T>& a, int64_t row, int column, float r, float mean, const Pack<T, N>& n, Pack<T, N>& g) {
#pragma unroll
    for (int i = 0; i < N; i++) g.value[i] = r * (g.value[i] - n.value[i] * mean);
    if (a.base != nullptr) {
        Pack<T, N> base;
        base.load(row_of(a.base, row, a.base_pitch) + column);
#pragma unroll
        for (int i = 0; i < N; i++) g.value[i] += base.value[i];
    }
    g.store(row_of(a.out, row, a.out_pitch) + column);
}

// One row, held in registers; dw has the sums of this thread's columns.
template <int Mode, bool WeightGradient, class T, int N, int Packs>
__device__ __forceinline__ void held_row(const Backward<T>& a, int64_t row, float* scratch, float (&dw)[Packs][N]) {
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    const float r = a.rstd[row];
    Pack<T, N> n[Packs], g[Packs];
    float sum = 0.0f;
#pragma unroll
    for (int p = 0; p < Packs; p++) {
        const int column = first + p * step;
        if (column < a.width) sum += pull<Mode>(a, row, column, r, n[p], g[p], WeightGradient ? dw[p] : nullptr);
    }
    const float mean = row_sum(sum, scratch) / static_cast<float>(a.width);
#pragma unroll
    for (int p = 0; p < Packs; p++) {
        const int column = first + p * step;
        if (column < a.width) push(a, row, column, r, mean, n[p], g[p]);
    }
}

// One row, read twice; `partial` (or null) is the group's row of the workspace.
template <int Mode, int N, class T>
__device__ __forceinline__ void streamed_row(const Backward<T>& a, int64_t row, float* scratch, float* partial) {
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    const float r = a.rstd[row];
    Pack<T, N> n, g;
    float sum = 0.0f;
    for (int column = first; column < a.width; column += step) {
        sum += pull<Mode>(a, row, column, r, n, g, partial == nullptr ? nullptr : partial + column);
    }
    const float mean = row_sum(sum, scratch) / static_cast<float>(a.width);
    for (int column = first; column < a.width; column += step) {
        pull<Mode>(a, row, column, r, n, g, nullptr);
        push(a, row, column, r, mean, n, g);
    }
}

// Stores this thread's columns of the group's partial sums.
template <int N>
__device__ __forceinline__ void store_sums(const float (&sums)[N], float* to) {
#pragma unroll
    for (int i = 0; i < N; i++) to[i] = sums[i];
}

template <class T, int Mode, int N, int Packs, bool WeightGradient>
__global__ void __launch_bounds__(kRowThreads, 1) rms_norm_backward(Backward<T> a) {
    FT_SMEM(shared);
    float* scratch = reinterpret_cast<float*>(shared);
    const int64_t group = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
    if (group >= a.groups) return;
    const int64_t from = a.rows * group / a.groups, to = a.rows * (group + 1) / a.groups;
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    float* partial = WeightGradient ? row_of(a.partial, group, a.width) : nullptr;
    if constexpr (Packs > 0) {
        float dw[Packs][N] = {};
        for (int64_t row = from; row < to; row++) held_row<Mode, WeightGradient>(a, row, scratch, dw);
#pragma unroll
        for (int p = 0; p < Packs; p++) {
            if (WeightGradient && first + p * step < a.width) store_sums(dw[p], partial + first + p * step);
        }
    } else {
        const float zero[N] = {};
        for (int column = first; WeightGradient && column < a.width; column += step) store_sums(zero, partial + column);
        for (int64_t row = from; row < to; row++) streamed_row<Mode, N>(a, row, scratch, partial);
    }
}

constexpr int kSumColumns = 32, kSumSlices = 8;

// dw = beta dw + the groups' partials: each of 8 slices adds a run of groups in order, then the slices are added in order.
__global__ void __launch_bounds__(kSumColumns* kSumSlices) rms_norm_weight_gradient(const float* partial, int64_t groups, int width, float beta, float* dw) {
    FT_SMEM(shared);
    float* slices = reinterpret_cast<float*>(shared);
    const int column = static_cast<int>(blockIdx.x) * kSumColumns + static_cast<int>(threadIdx.x), slice = static_cast<int>(threadIdx.y);
    float sum = 0.0f;
    for (int64_t g = groups * slice / kSumSlices; g < groups * (slice + 1) / kSumSlices; g++) {
        if (column < width) sum += partial[g * width + column];
    }
    slices[slice * kSumColumns + threadIdx.x] = sum;
    __syncthreads();
    if (slice != 0 || column >= width) return;
    float total = 0.0f;
#pragma unroll
    for (int s = 0; s < kSumSlices; s++) total += slices[s * kSumColumns + threadIdx.x];
    dw[column] = beta == 0.0f ? total : beta * dw[column] + total;
}

template <class T>
bool vector_path(const Backward<T>& a) {
    return a.width % ft_vector<T> == 0 && rows_aligned(a.dy, a.dy_pitch) && rows_aligned(a.z, a.z_pitch) && rows_aligned(a.base, a.base_pitch) &&
           rows_aligned(a.out, a.out_pitch) && a.weight.aligned();
}

template <int Mode, bool WeightGradient, class T>
int launch(const Backward<T>& a, cudaStream_t stream, char* message) {
    constexpr int N = ft_vector<T>;
    const bool vector = vector_path(a);
    const RowLayout l = row_layout(a.width, vector ? N : 1, kHeldPacks);
    const dim3 grid = l.grid(a.groups), block = l.block();
    if (!vector) {
        FT_LAUNCH((rms_norm_backward<T, Mode, 1, 0, WeightGradient>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 0) {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, 0, WeightGradient>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 1) {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, 1, WeightGradient>), grid, block, l.shared(), stream, a);
    } else {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, kHeldPacks, WeightGradient>), grid, block, l.shared(), stream, a);
    }
    return ft_launched("rms_norm", message);
}

template <int Mode, class T>
int launch(const Backward<T>& a, cudaStream_t stream, char* message) {
    return a.partial != nullptr ? launch<Mode, true>(a, stream, message) : launch<Mode, false>(a, stream, message);
}

int launch_weight_gradient(const float* partial, int64_t groups, int width, float beta, float* dw, cudaStream_t stream, char* message) {
    const dim3 grid((width + kSumColumns - 1) / kSumColumns), block(kSumColumns, kSumSlices);
    const int shared = kSumColumns * kSumSlices * static_cast<int>(sizeof(float));
    FT_LAUNCH((rms_norm_weight_gradient), grid, block, shared, stream, partial, groups, width, beta, dw);
    return ft_launched("rms_norm", message);
}

}  // namespace

// dy, z, base (or null), out [rows, width] of `dtype`, rows `…_pitch` elements apart; out may be dy or base. rstd [rows] is fp32.
// dw (or null: frozen) is fp32 [width]: dw = beta dw + sum, not read when beta is 0. partial is a workspace of fp32 [groups, width]:
// the split of rows into groups decides dw's bits, so it must depend on the shape only.
FT_EXPORT int ft_rms_norm_backward(const void* dy, const void* z, const float* rstd, const void* weight, const void* base, int64_t rows, int width,
                                   int64_t dy_pitch, int64_t z_pitch, int64_t base_pitch, int64_t out_pitch, int64_t groups, float beta, int mode, int dtype,
                                   int weight_dtype, void* out, float* dw, float* partial, void* stream, char* message) {
    const int64_t parts = dw == nullptr ? rows : groups;
    if (width == 0 || parts == 0) return 0;
    const auto queue = static_cast<cudaStream_t>(stream);
    const int error = with_type("rms_norm", dtype, message, [&](auto element) {
        using T = decltype(element);
        if (weight_dtype != dtype && weight_dtype != FT_F32) return ft_missing("rms_norm", "weight type", weight_dtype, message);
        const Backward<T> a{static_cast<const T*>(dy), static_cast<const T*>(z), static_cast<const T*>(base), rstd, {weight, weight_dtype == FT_F32}, rows,
                            dy_pitch, z_pitch, base_pitch, out_pitch, parts, width, static_cast<T*>(out), dw == nullptr ? nullptr : partial};
        switch (mode) {
            case Llama: return launch<Llama>(a, queue, message);
            case Gemma: return launch<Gemma>(a, queue, message);
            case Plain: return launch<Plain>(a, queue, message);
            default: return ft_missing("rms_norm", "mode", mode, message);
        }
    });
    return error != 0 || dw == nullptr ? error : launch_weight_gradient(partial, parts, width, beta, dw, queue, message);
}
