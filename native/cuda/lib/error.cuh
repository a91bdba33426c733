// Errors of the C interface: an int (0 is success) and one line in the caller's buffer that names the op.
#pragma once
#include <cstdio>

constexpr int kFtMessageBytes = 512;

// Turns the state of the last launch or call into the result of an exported function.
inline int ft_result(cudaError_t error, const char* op, char* message) {
    if (error == cudaSuccess) return 0;
    snprintf(message, kFtMessageBytes, "[%s] %s", op, cudaGetErrorString(error));
    return static_cast<int>(error);
}

inline int ft_launched(const char* op, char* message) { return ft_result(cudaGetLastError(), op, message); }

// A combination of arguments for which no kernel was compiled.
inline int ft_missing(const char* op, const char* what, long long value, char* message) {
    snprintf(message, kFtMessageBytes, "[%s] no kernel for %s %lld", op, what, value);
    return -1;
}

#define FT_EXPORT extern "C" __attribute__((visibility("default")))
