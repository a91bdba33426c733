// What the host needs of a device: its facts, memory, copies, streams and events. Every function returns 0 or an error with its words.
#include "ft.cuh"

#include <cstring>

struct FtDeviceFacts {
    char name[256];
    int64_t memory_bytes;
    int32_t major, minor;
};

FT_EXPORT int ft_device_count(int* count, char* message) { return ft_result(cudaGetDeviceCount(count), "device", message); }

FT_EXPORT int ft_device_open(int ordinal, FtDeviceFacts* facts, char* message) {
    if (const int error = ft_result(cudaSetDevice(ordinal), "device", message)) return error;
    cudaDeviceProp properties;
    if (const int error = ft_result(cudaGetDeviceProperties(&properties, ordinal), "device", message)) return error;
    memcpy(facts->name, properties.name, sizeof facts->name);
    facts->memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
    facts->major = properties.major;
    facts->minor = properties.minor;
    return 0;
}

FT_EXPORT int ft_alloc(int64_t bytes, void** p, char* message) { return ft_result(cudaMalloc(p, static_cast<size_t>(bytes)), "memory", message); }

FT_EXPORT int ft_free(void* p, char* message) { return ft_result(cudaFree(p), "memory", message); }

FT_EXPORT int ft_alloc_host(int64_t bytes, void** p, char* message) {
    return ft_result(cudaMallocHost(p, static_cast<size_t>(bytes)), "pinned memory", message);
}

FT_EXPORT int ft_free_host(void* p, char* message) { return ft_result(cudaFreeHost(p), "pinned memory", message); }

// kind: 1 host to device, 2 device to host, 3 within the device.
FT_EXPORT int ft_copy(const void* from, int64_t bytes, int kind, void* to, void* stream, char* message) {
    const auto direction = static_cast<cudaMemcpyKind>(kind);
    return ft_result(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), direction, static_cast<cudaStream_t>(stream)), "copy", message);
}

FT_EXPORT int ft_fill(int value, int64_t bytes, void* to, void* stream, char* message) {
    return ft_result(cudaMemsetAsync(to, value, static_cast<size_t>(bytes), static_cast<cudaStream_t>(stream)), "fill", message);
}

FT_EXPORT int ft_stream_create(void** stream, char* message) {
    cudaStream_t created = nullptr;
    const int error = ft_result(cudaStreamCreateWithFlags(&created, cudaStreamNonBlocking), "stream", message);
    *stream = created;
    return error;
}

FT_EXPORT int ft_stream_destroy(void* stream, char* message) { return ft_result(cudaStreamDestroy(static_cast<cudaStream_t>(stream)), "stream", message); }

// Waits for all work of the stream; an error of any kernel in it comes back here.
FT_EXPORT int ft_stream_wait(void* stream, char* message) { return ft_result(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "stream", message); }

FT_EXPORT int ft_event_create(void** event, char* message) {
    cudaEvent_t created = nullptr;
    const int error = ft_result(cudaEventCreateWithFlags(&created, cudaEventDisableTiming), "event", message);
    *event = created;
    return error;
}

FT_EXPORT int ft_event_destroy(void* event, char* message) { return ft_result(cudaEventDestroy(static_cast<cudaEvent_t>(event)), "event", message); }

FT_EXPORT int ft_event_record(void* event, void* stream, char* message) {
    return ft_result(cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(stream)), "event", message);
}

FT_EXPORT int ft_stream_wait_event(void* stream, void* event, char* message) {
    return ft_result(cudaStreamWaitEvent(static_cast<cudaStream_t>(stream), static_cast<cudaEvent_t>(event), 0), "event", message);
}
