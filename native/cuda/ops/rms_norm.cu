// rms_norm: y = x rsqrt(mean(x^2) + eps) w, with the residual sum before it, and its backward (Ops/RmsNorm/RmsNorm.cs has the contract).
//   n = x r; llama: y = round(n) w; gemma: y = n (1 + w); plain: y = n w. With a residual z = round(x + residual) is stored and normalised.
//   g = dy w (or dy (1 + w)): dx = r (g - n mean(g n)) (+ dz), may overwrite dy; dw = sum over rows of dy n (llama: the rounded n).
// Plan: a row stays in registers (up to 4 packs of 16 bytes a thread, 2 backward; one warp a row when that holds it, else up to 512 threads);
// wider rows and unaligned ones are read twice. dw: every group of threads owns a fixed run of rows and keeps its partial sums
// in registers (streamed: in its own row of the workspace), a second kernel adds the groups in order.
// Rungs: rows in registers, roof 4 B an element forward and 6 B backward; not timed on a card yet.
#include "ft.cuh"

namespace {

enum Mode { Llama = 0, Gemma = 1, Plain = 2 };

constexpr int kMaxThreads = 512;    // leaves 128 registers a thread
constexpr int kForwardPacks = 4;    // most packs of a row that one thread holds
constexpr int kBackwardPacks = 2;   // x, dy and dw of 4 packs spill 8 to 40 bytes (nvcc 11.8, every architecture)
constexpr int kWarpRows = 4;         // rows of a block when one warp has one row

template <class T>
struct Forward {
    const T *x, *residual, *weight;
    int64_t rows, x_pitch, y_pitch;
    int width;
    float epsilon;
    T *y, *z;
    float* rstd;
};

template <class T>
struct Backward {
    const T *x, *weight, *dy, *dz;
    const float* rstd;
    int64_t rows, x_pitch, dy_pitch, dx_pitch;
    int width, groups;
    T* dx;
    float* partial;  // [groups, width]
};

template <int Mode>
__device__ __forceinline__ float factor(float weight) {
    return Mode == Gemma ? 1.0f + weight : weight;
}

// Loads one pack of the row, adds the residual and stores the sum; returns its sum of squares.
template <class T, int N>
__device__ __forceinline__ float take(const Forward<T>& a, int64_t row, int column, Pack<T, N>& pack) {
    pack.load(a.x + row * a.x_pitch + column);
    if (a.residual != nullptr) {
        Pack<T, N> other;
        other.load(a.residual + row * a.width + column);
#pragma unroll
        for (int i = 0; i < N; i++) pack.value[i] += other.value[i];
        pack.round();
        pack.store(a.z + row * a.width + column);
    }
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) sum += pack.value[i] * pack.value[i];
    return sum;
}

template <class T, int Mode, int N>
__device__ __forceinline__ void give(const Forward<T>& a, int64_t row, int column, float r, Pack<T, N>& pack) {
    Pack<T, N> weight;
    weight.load(a.weight + column);
#pragma unroll
    for (int i = 0; i < N; i++) {
        const float n = pack.value[i] * r;
        pack.value[i] = (Mode == Llama ? ft_as<T>(n) : n) * factor<Mode>(weight.value[i]);
    }
    pack.store(a.y + row * a.y_pitch + column);
}

// Packs > 0: the row stays in registers; 0: it is read twice.
template <class T, int Mode, int N, int Packs>
__global__ void __launch_bounds__(kMaxThreads) rms_norm_forward(Forward<T> a) {
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
            if (first + p * step < a.width) sum += take<T, N>(a, row, first + p * step, held[p]);
        }
    } else {
        for (int column = first; column < a.width; column += step) sum += take<T, N>(a, row, column, held[0]);
    }
    const float r = rsqrtf(row_sum(sum, scratch) / static_cast<float>(a.width) + a.epsilon);
    if (threadIdx.x == 0) a.rstd[row] = r;
    if constexpr (Packs > 0) {
#pragma unroll
        for (int p = 0; p < Packs; p++) {
            if (first + p * step < a.width) give<T, Mode, N>(a, row, first + p * step, r, held[p]);
        }
    } else {
        const T* source = a.residual != nullptr ? a.z + row * a.width : a.x + row * a.x_pitch;
        for (int column = first; column < a.width; column += step) {
            held[0].load(source + column);
            give<T, Mode, N>(a, row, column, r, held[0]);
        }
    }
}

// What one pack of a row contributes: fills n = x r, g = dy factor(w) and dy n for the weight; returns the sum of g n.
template <class T, int Mode, int N>
__device__ __forceinline__ float pull(const Backward<T>& a, int64_t row, int column, float r, Pack<T, N>& n, Pack<T, N>& g, float* dw) {
    Pack<T, N> weight;
    n.load(a.x + row * a.x_pitch + column);
    g.load(a.dy + row * a.dy_pitch + column);
    weight.load(a.weight + column);
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; i++) {
        n.value[i] *= r;
        if (dw != nullptr) dw[i] += g.value[i] * (Mode == Llama ? ft_as<T>(n.value[i]) : n.value[i]);
        g.value[i] *= factor<Mode>(weight.value[i]);
        sum += g.value[i] * n.value[i];
    }
    return sum;
}

template <class T, int N>
__device__ __forceinline__ void push(const Backward<T>& a, int64_t row, int column, float r, float mean, const Pack<T, N>& n, Pack<T, N>& g) {
#pragma unroll
    for (int i = 0; i < N; i++) g.value[i] = r * (g.value[i] - n.value[i] * mean);
    if (a.dz != nullptr) {
        Pack<T, N> through;
        through.load(a.dz + row * a.width + column);
#pragma unroll
        for (int i = 0; i < N; i++) g.value[i] += through.value[i];
    }
    g.store(a.dx + row * a.dx_pitch + column);
}

// One row, held in registers. `dw` has Packs x N sums, or is not used.
template <class T, int Mode, int N, int Packs, bool WeightGradient>
__device__ __forceinline__ void backward_held(const Backward<T>& a, int64_t row, float* scratch, float (&dw)[Packs][N]) {
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    const float r = a.rstd[row];
    Pack<T, N> n[Packs], g[Packs];
    float sum = 0.0f;
#pragma unroll
    for (int p = 0; p < Packs; p++) {
        const int column = first + p * step;
        if (column < a.width) sum += pull<T, Mode, N>(a, row, column, r, n[p], g[p], WeightGradient ? dw[p] : nullptr);
    }
    const float mean = row_sum(sum, scratch) / static_cast<float>(a.width);
#pragma unroll
    for (int p = 0; p < Packs; p++) {
        const int column = first + p * step;
        if (column < a.width) push<T, N>(a, row, column, r, mean, n[p], g[p]);
    }
}

// One row, read twice; `partial` (or null) is the group's row of the workspace.
template <class T, int Mode, int N>
__device__ __forceinline__ void backward_streamed(const Backward<T>& a, int64_t row, float* scratch, float* partial) {
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    const float r = a.rstd[row];
    Pack<T, N> n, g;
    float sum = 0.0f;
    for (int column = first; column < a.width; column += step) {
        sum += pull<T, Mode, N>(a, row, column, r, n, g, partial == nullptr ? nullptr : partial + column);
    }
    const float mean = row_sum(sum, scratch) / static_cast<float>(a.width);
    for (int column = first; column < a.width; column += step) {
        pull<T, Mode, N>(a, row, column, r, n, g, nullptr);
        push<T, N>(a, row, column, r, mean, n, g);
    }
}

template <class T, int Mode, int N, int Packs, bool WeightGradient>
__global__ void __launch_bounds__(kMaxThreads) rms_norm_backward(Backward<T> a) {
    FT_SMEM(shared);
    float* scratch = reinterpret_cast<float*>(shared);
    const int64_t group = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
    if (group >= a.groups) return;
    const int64_t from = a.rows * group / a.groups, to = a.rows * (group + 1) / a.groups;
    const int first = static_cast<int>(threadIdx.x) * N, step = static_cast<int>(blockDim.x) * N;
    float* partial = WeightGradient ? a.partial + group * a.width : nullptr;
    if constexpr (Packs > 0) {
        float dw[Packs][N] = {};
        for (int64_t row = from; row < to; row++) backward_held<T, Mode, N, Packs, WeightGradient>(a, row, scratch, dw);
        if constexpr (WeightGradient) {
#pragma unroll
            for (int p = 0; p < Packs; p++) {
#pragma unroll
                for (int i = 0; i < N; i++) {
                    if (first + p * step < a.width) partial[first + p * step + i] = dw[p][i];
                }
            }
        }
    } else {
        if constexpr (WeightGradient) {
            for (int column = first; column < a.width; column += step) {
#pragma unroll
                for (int i = 0; i < N; i++) partial[column + i] = 0.0f;
            }
        }
        for (int64_t row = from; row < to; row++) backward_streamed<T, Mode, N>(a, row, scratch, partial);
    }
}

constexpr int kSumColumns = 32, kSumSlices = 8;

// dw (+)= the groups' partials: each of 8 slices adds a run of groups in order, then the slices are added in order.
__global__ void __launch_bounds__(kSumColumns* kSumSlices) rms_norm_weight_gradient(const float* partial, int groups, int width, int accumulate, float* dw) {
    FT_SMEM(shared);
    float* slices = reinterpret_cast<float*>(shared);
    const int column = static_cast<int>(blockIdx.x) * kSumColumns + static_cast<int>(threadIdx.x), slice = static_cast<int>(threadIdx.y);
    float sum = 0.0f;
    for (int g = groups * slice / kSumSlices; g < groups * (slice + 1) / kSumSlices; g++) {
        if (column < width) sum += partial[static_cast<int64_t>(g) * width + column];
    }
    slices[slice * kSumColumns + threadIdx.x] = sum;
    __syncthreads();
    if (slice != 0 || column >= width) return;
    float total = accumulate ? dw[column] : 0.0f;
#pragma unroll
    for (int s = 0; s < kSumSlices; s++) total += slices[s * kSumColumns + threadIdx.x];
    dw[column] = total;
}

// How a row is laid on threads.
struct Layout {
    int threads, rows_per_block, packs;  // packs 0: streamed
    dim3 block() const { return dim3(threads, rows_per_block); }
    dim3 grid(int64_t rows) const { return dim3(static_cast<unsigned>((rows + rows_per_block - 1) / rows_per_block)); }
    int shared() const { return row_sum_bytes(threads); }
};

Layout layout(int width, int pack, int most) {
    const int packs = (width + pack - 1) / pack;
    if (pack == 1 || packs > kMaxThreads * most) return packs <= 1024 ? Layout{32, kWarpRows, 0} : Layout{kMaxThreads, 1, 0};
    if (packs <= 32) return {32, kWarpRows, 1};
    if (packs <= 32 * most) return {32, kWarpRows, most};
    return {((packs + most - 1) / most + 31) / 32 * 32, 1, most};
}

bool aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

template <class T>
bool vector_path(const Forward<T>& a) {
    return a.width % ft_vector<T> == 0 && a.x_pitch % ft_vector<T> == 0 && a.y_pitch % ft_vector<T> == 0 && aligned(a.x) && aligned(a.residual) &&
           aligned(a.weight) && aligned(a.y) && aligned(a.z);
}

template <class T>
bool vector_path(const Backward<T>& a) {
    return a.width % ft_vector<T> == 0 && a.x_pitch % ft_vector<T> == 0 && a.dy_pitch % ft_vector<T> == 0 && a.dx_pitch % ft_vector<T> == 0 &&
           aligned(a.x) && aligned(a.weight) && aligned(a.dy) && aligned(a.dz) && aligned(a.dx);
}

template <int Mode, class T>
void launch(const Forward<T>& a, cudaStream_t stream) {
    constexpr int N = ft_vector<T>;
    const bool vector = vector_path(a);
    const Layout l = layout(a.width, vector ? N : 1, kForwardPacks);
    const dim3 grid = l.grid(a.rows), block = l.block();
    if (!vector) {
        FT_LAUNCH((rms_norm_forward<T, Mode, 1, 0>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 0) {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, 0>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 1) {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, 1>), grid, block, l.shared(), stream, a);
    } else {
        FT_LAUNCH((rms_norm_forward<T, Mode, N, kForwardPacks>), grid, block, l.shared(), stream, a);
    }
}

template <int Mode, bool WeightGradient, class T>
void launch_backward(const Backward<T>& a, cudaStream_t stream) {
    constexpr int N = ft_vector<T>;
    const bool vector = vector_path(a);
    const Layout l = layout(a.width, vector ? N : 1, kBackwardPacks);
    const dim3 grid = l.grid(a.groups), block = l.block();
    if (!vector) {
        FT_LAUNCH((rms_norm_backward<T, Mode, 1, 0, WeightGradient>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 0) {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, 0, WeightGradient>), grid, block, l.shared(), stream, a);
    } else if (l.packs == 1) {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, 1, WeightGradient>), grid, block, l.shared(), stream, a);
    } else {
        FT_LAUNCH((rms_norm_backward<T, Mode, N, kBackwardPacks, WeightGradient>), grid, block, l.shared(), stream, a);
    }
}

template <int Mode, class T>
void launch(const Backward<T>& a, cudaStream_t stream) {
    a.partial != nullptr ? launch_backward<Mode, true>(a, stream) : launch_backward<Mode, false>(a, stream);
}

template <class Arguments>
int launch_mode(const Arguments& a, int mode, void* stream, char* message) {
    const auto queue = static_cast<cudaStream_t>(stream);
    switch (mode) {
        case Llama: launch<Llama>(a, queue); break;
        case Gemma: launch<Gemma>(a, queue); break;
        case Plain: launch<Plain>(a, queue); break;
        default: return ft_missing("rms_norm", "mode", mode, message);
    }
    return ft_launched("rms_norm", message);
}

}  // namespace

// x, residual (or null), y, z (with residual) are of `dtype`; y and x have row pitches in elements, residual and z are contiguous.
// residual may be z. rstd [rows] is fp32.
FT_EXPORT int ft_rms_norm_forward(const void* x, const void* residual, const void* weight, int64_t rows, int width, int64_t x_pitch, int64_t y_pitch,
                                  float epsilon, int mode, int dtype, void* y, void* z, float* rstd, void* stream, char* message) {
    if (rows == 0 || width == 0) return 0;
    const auto run = [&](auto element) {
        using T = decltype(element);
        const Forward<T> a{static_cast<const T*>(x), static_cast<const T*>(residual), static_cast<const T*>(weight), rows, x_pitch, y_pitch, width, epsilon,
                           static_cast<T*>(y), static_cast<T*>(z), rstd};
        return launch_mode(a, mode, stream, message);
    };
    switch (dtype) {
        case FT_F32: return run(float{});
        case FT_BF16: return run(ft_bf16{});
        case FT_F16: return run(ft_f16{});
        default: return ft_missing("rms_norm", "element type", dtype, message);
    }
}

// dx is overwritten and may be dy; dz (or null) is added. dw (or null: frozen) is fp32 [width]: added to when `accumulate`, else overwritten.
// partial is a workspace of fp32 [groups, width]; the split of rows into groups decides dw's bits, so it depends on the shape only.
FT_EXPORT int ft_rms_norm_backward(const void* x, const void* weight, const void* dy, const void* dz, const float* rstd, int64_t rows, int width,
                                   int64_t x_pitch, int64_t dy_pitch, int64_t dx_pitch, int groups, int mode, int dtype, int accumulate, void* dx, float* dw,
                                   float* partial, void* stream, char* message) {
    if (width == 0) return 0;
    const int parts = dw == nullptr ? static_cast<int>(rows) : groups;
    const auto run = [&](auto element) {
        using T = decltype(element);
        const Backward<T> a{static_cast<const T*>(x), static_cast<const T*>(weight), static_cast<const T*>(dy), static_cast<const T*>(dz), rstd, rows, x_pitch,
                            dy_pitch, dx_pitch, width, parts, static_cast<T*>(dx), dw == nullptr ? nullptr : partial};
        return launch_mode(a, mode, stream, message);
    };
    int error = 0;
    if (parts > 0) {
        switch (dtype) {
            case FT_F32: error = run(float{}); break;
            case FT_BF16: error = run(ft_bf16{}); break;
            case FT_F16: error = run(ft_f16{}); break;
            default: error = ft_missing("rms_norm", "element type", dtype, message);
        }
    }
    if (error != 0 || dw == nullptr) return error;
    const dim3 grid((width + kSumColumns - 1) / kSumColumns), block(kSumColumns, kSumSlices);
    const int shared = kSumColumns * kSumSlices * static_cast<int>(sizeof(float));
    FT_LAUNCH((rms_norm_weight_gradient), grid, block, shared, static_cast<cudaStream_t>(stream), partial, parts, width, accumulate, dw);
    return ft_launched("rms_norm", message);
}
