// accumulate: the tape's own arithmetic (contract: Ops/Accumulate/Accumulate.cs): copy with conversion, sum, fill. Any row pitch.
// Plan: one row a block of 256 threads, element by element: neighbouring threads touch neighbouring elements, so accesses coalesce.
#include "ft.cuh"

namespace {

constexpr int kThreads = 256;

template <class From, class To>
struct Matrices {
    const From* from;
    int64_t from_pitch, width, to_pitch;
    To* to;
};

template <class From, class To>
__global__ void __launch_bounds__(kThreads) copy_rows(Matrices<From, To> m) {
    const From* from = row_of(m.from, blockIdx.x, m.from_pitch);
    To* to = row_of(m.to, blockIdx.x, m.to_pitch);
    for (int64_t i = threadIdx.x; i < m.width; i += kThreads) to[i] = ft_round<To>(ft_float(from[i]));
}

template <class T>
__global__ void __launch_bounds__(kThreads) add_rows(Matrices<T, T> m) {
    const T* from = row_of(m.from, blockIdx.x, m.from_pitch);
    T* to = row_of(m.to, blockIdx.x, m.to_pitch);
    for (int64_t i = threadIdx.x; i < m.width; i += kThreads) to[i] = ft_round<T>(ft_float(to[i]) + ft_float(from[i]));
}

template <class T>
__global__ void __launch_bounds__(kThreads) fill_rows(float value, int64_t width, int64_t pitch, T* matrix) {
    T* to = row_of(matrix, blockIdx.x, pitch);
    for (int64_t i = threadIdx.x; i < width; i += kThreads) to[i] = ft_round<T>(value);
}

}  // namespace

// to = from, rounded once where the types differ.
FT_EXPORT int ft_accumulate_copy(const void* from, int64_t rows, int64_t width, int64_t from_pitch, int64_t to_pitch, int from_dtype, int to_dtype, void* to,
                                 void* stream, char* message) {
    if (rows == 0 || width == 0) return 0;
    return with_type("accumulate", from_dtype, message, [&](auto source) {
        using From = decltype(source);
        return with_type("accumulate", to_dtype, message, [&](auto target) {
            using To = decltype(target);
            const Matrices<From, To> m{static_cast<const From*>(from), from_pitch, width, to_pitch, static_cast<To*>(to)};
            FT_LAUNCH((copy_rows<From, To>), dim3(static_cast<unsigned>(rows)), dim3(kThreads), 0, static_cast<cudaStream_t>(stream), m);
            return ft_launched("accumulate", message);
        });
    });
}

// to += from, both of `dtype`.
FT_EXPORT int ft_accumulate_add(const void* from, int64_t rows, int64_t width, int64_t from_pitch, int64_t to_pitch, int dtype, void* to, void* stream,
                                char* message) {
    if (rows == 0 || width == 0) return 0;
    return with_type("accumulate", dtype, message, [&](auto element) {
        using T = decltype(element);
        const Matrices<T, T> m{static_cast<const T*>(from), from_pitch, width, to_pitch, static_cast<T*>(to)};
        FT_LAUNCH((add_rows<T>), dim3(static_cast<unsigned>(rows)), dim3(kThreads), 0, static_cast<cudaStream_t>(stream), m);
        return ft_launched("accumulate", message);
    });
}

FT_EXPORT int ft_accumulate_fill(float value, int64_t rows, int64_t width, int64_t pitch, int dtype, void* to, void* stream, char* message) {
    if (rows == 0 || width == 0) return 0;
    return with_type("accumulate", dtype, message, [&](auto element) {
        using T = decltype(element);
        FT_LAUNCH((fill_rows<T>), dim3(static_cast<unsigned>(rows)), dim3(kThreads), 0, static_cast<cudaStream_t>(stream), value, width, pitch,
                  static_cast<T*>(to));
        return ft_launched("accumulate", message);
    });
}
