// rms_norm, forward: y = x rsqrt(mean(x^2) + eps) w, with the residual sum before it (contract: Ops/RmsNorm/RmsNorm.cs).
//   n = x r; llama: y = round(n) w; gemma: y = n (1 + w); plain: y = n w. With a residual z = round(x + residual) is stored and normalised.
// Plan: a row stays in registers, up to 4 packs of 16 bytes a thread; one warp a row when that holds it, else up to 512 threads.
// Wider rows and unaligned ones are read twice.
// Rungs: row in registers (60 registers, no spill on sm_75..sm_90), roof 4 B an element, 8 with the residual; not timed on a card yet.
#include "ft.cuh"

namespace {

constexpr int kHeldPacks = 4;

template <class T>
struct Forward {
    const T *x, *residual;
    RowWeight<T> weight;
    int64_t rows, x_pitch, residual_pitch, z_pitch, y_pitch;
    int width;
    float epsilon;
    T *z, *y;
    float* rstd;
};

// Loads one pack of the row, adds the residual and stores the sum; returns its sum of squares.
template <class T, int N>
__device__ __forceinline__ float take(const Forward<T>& a, int64_t row, int column, Pack<T, N>& pack) {
    pack.load(row_of(a.x, row, a.x_pitch) + column);
    if (a.residual != nullptr) {
        Pack<T, N> other;
        other.load(row_of(a.residual, row, a.residual_pitch) + column);
#pragma unroll
        for (int i = 0; i < N; i++) pack.value[i] += other.value[i];
        pack.round();
        pack.store(row_of(a.z, row, a.z_pitch) + column);
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) sum += pack.value[i] * pack.value[i];
    return sum;
}

template <int Mode, class T, int N>
__device__ __forceinline__ void give(const Forward<T>& a, int64_t row, int column, float r, Pack<T, N>& pack) {
    float weight[N];
    a.weight.load(column, weight);
#pragma unroll
    for (int i = 0; i < N; i++) pack.value[i] = norm_rounded<Mode, T>(pack.value[i] * r) * norm_factor<Mode>(weight[i]);
    pack.store(row_of(a.y, row, a.y_pitch) + column);
}

// Packs > 0: the row stays in registers; 0: it is read twice.
template <class T, int Mode, int N, int Packs>
__global__ void __launch_bounds__(kRowThreads) rms_norm_forward(Forward<T> a) {
    FT_SMEM(shared);
    float* scratch = reinterpret_cast<float*>(shared);
    const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
    if (row >= a.rows) return;
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    float sum = 0.0f;
    Pack<T, N> held[Packs > 0 ? Packs : 1];
    if constexpr (Packs > 0) {
#pragma unroll
        for (int p = 0; p < Packs; p++) {
            if (first + p * step < a.width) sum += take(a, row, first + p * step, held[p]);
        }
    } else {
        for (int column = first; column < a.width; column += step) sum += take(a, row, column, held[0]);
    }
    const float r = rsqrtf(row_sum(sum, scratch) / static_cast<float>(a.width) + a.epsilon);
    if (threadIdx.x == 0 && a.rstd != nullptr) a.rstd[row] = r;
    if constexpr (Packs > 0) {
#pragma unroll
        for (int p = 0; p < Packs; p++) {
            if (first + p * step < a.width) give<Mode>(a, row, first + p * step, r, held[p]);
        }
    } else {
        const T* source = a.residual != nullptr ? row_of(a.z, row, a.z_pitch) : row_of(a.x, row, a.x_pitch);
        for (int column = first; column < a.width; column += step) {
            held[0].load(source + column);
            give<Mode>(a, row, column, r, held[0]);
        }
    }
}

template <class T>
bool vector_path(const Forward<T>& a) {
    return a.width % ft_vector<T> == 0 && rows_aligned(a.x, a.x_pitch) && rows_aligned(a.residual, a.residual_pitch) && rows_aligned(a.z, a.z_pitch) &&
           rows_aligned(a.y, a.y_pitch) && a.weight.aligned();
}

template <int Mode, class T>
int launch(const Forward<T>& a, cudaStream_t stream, char* message) {
    constexpr int N = ft_vector<T>;
    const bool vector = vector_path(a);
    const RowLayout l = row_layout(a.width, vector ? N : 1, kHeldPacks);
    const dim3 grid = l.grid(a.rows), block = l.block();
    if (!vector) {
        FT_LAUNCH((rms_norm_forward<T, Mode, 1, 0>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 0) {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, 0>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 1) {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, 1>), grid, block, l.shared(), stream, a);
    } else {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, kHeldPacks>), grid, block, l.shared(), stream, a);
    }
    return ft_launched("rms_norm", message);
}

}  // namespace

// x, residual (or null), z (with a residual), y [rows, width] of `dtype`, rows `…_pitch` elements apart; residual may be z.
// weight [width] is of `weight_dtype`: `dtype` or fp32. rstd [rows] (or null) is fp32. All outputs are overwritten.
FT_EXPORT int ft_rms_norm_forward(const void* x, const void* residual, const void* weight, int64_t rows, int width, int64_t x_pitch, int64_t residual_pitch,
                                  int64_t z_pitch, int64_t y_pitch, float epsilon, int mode, int dtype, int weight_dtype, void* z, void* y, float* rstd,
                                  void* stream, char* message) {
    if (rows == 0 || width == 0) return 0;
    return with_type("rms_norm", dtype, message, [&](auto element) {
        using T = decltype(element);
        if (weight_dtype != dtype && weight_dtype != FT_F32) return ft_missing("rms_norm", "weight type", weight_dtype, message);
        const Forward<T> a{static_cast<const T*>(x), static_cast<const T*>(residual), {weight, weight_dtype == FT_F32}, rows, x_pitch, residual_pitch,
                           z_pitch, y_pitch, width, epsilon, static_cast<T*>(z), static_cast<T*>(y), rstd};
        const auto queue = static_cast<cudaStream_t>(stream);
        switch (mode) {
            case Llama: return launch<Llama>(a, queue, message);
            case Gemma: return launch<Gemma>(a, queue, message);
            case Plain: return launch<Plain>(a, queue, message);
            default: return ft_missing("rms_norm", "mode", mode, message);
        }
    });
}
