// Loads and stores of N neighbouring elements: N = 16 / sizeof(T) is one 16-byte access, N = 1 the scalar path.
#pragma once

template <class T>
constexpr int ft_vector = 16 / sizeof(T);

template <class T, int N>
struct Pack {
    static_assert(N == 1 || N == ft_vector<T>, "a pack is one element or 16 bytes");
    float value[N];

    __device__ __forceinline__ void load(const T* p) {
        if constexpr (N == 1) {
            value[0] = ft_float(*p);
        } else {
            load(ft_ld16(p));
        }
    }

    __device__ __forceinline__ void store(T* p) const {
        if constexpr (N == 1) {
            *p = ft_round<T>(value[0]);
        } else {
            ft_st16(p, words());
        }
    }

    // Rounds every element as a store would.
    __device__ __forceinline__ void round() {
#pragma unroll
        for (int i = 0; i < N; i++) value[i] = ft_as<T>(value[i]);
    }

private:
    __device__ __forceinline__ void load(const uint4& words) {
        const uint32_t w[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
        for (int i = 0; i < N; i++) {
            if constexpr (sizeof(T) == 4) {
                value[i] = __uint_as_float(w[i]);
            } else {
                value[i] = ft_float(T{static_cast<uint16_t>(w[i / 2] >> (i % 2 * 16))});
            }
        }
    }

    __device__ __forceinline__ uint4 words() const {
        uint32_t w[4] = {0, 0, 0, 0};
#pragma unroll
        for (int i = 0; i < N; i++) {
            if constexpr (sizeof(T) == 4) {
                w[i] = __float_as_uint(value[i]);
            } else {
                w[i / 2] |= static_cast<uint32_t>(ft_round<T>(value[i]).bits) << (i % 2 * 16);
            }
        }
        return make_uint4(w[0], w[1], w[2], w[3]);
    }
};
