// Emulated streams are queues: work runs at a synchronisation, in any order that streams and events allow (seeded).
#include "runtime.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "launch.h"
#include "memory.h"
#include "report.h"

namespace emu {

struct Event {
    uint64_t recorded = 0, reached = 0;  // ticket of the last record queued, and of the last one that ran
};

// One queued piece of work; `ready` is false while it waits for an event.
struct Task {
    std::function<bool()> ready;
    std::function<void()> run;
};

struct Stream {
    std::deque<Task> tasks;
};

namespace {
std::recursive_mutex guard;
Stream default_stream;
cudaError_t last_error = cudaSuccess;
std::string last_words;
uint64_t launches = 0, picks = 0;

std::vector<Stream*>& streams() {
    static std::vector<Stream*> all{&default_stream};
    return all;
}

Stream& of(Stream* stream) { return stream == nullptr ? default_stream : *stream; }

cudaError_t set_error(cudaError_t error, const std::string& words) {
    last_error = error;
    last_words = words;
    return error;
}

void enqueue(Stream* stream, std::function<void()> run) {
    of(stream).tasks.push_back({[] { return true; }, std::move(run)});
}

// Runs one task of a stream chosen by the seed; false when no stream can go on.
bool step() {
    std::vector<Stream*> able;
    for (Stream* stream : streams()) {
        if (!stream->tasks.empty() && stream->tasks.front().ready()) able.push_back(stream);
    }
    if (able.empty()) return false;
    Stream& chosen = *able[Random(options().seed ^ ++picks).below(able.size())];
    Task task = std::move(chosen.tasks.front());
    chosen.tasks.pop_front();
    task.run();
    return true;
}

void drop_all() {
    for (Stream* stream : streams()) stream->tasks.clear();
}

cudaError_t drain(Stream& stream) {
    while (!stream.tasks.empty() && !failed()) {
        if (!step()) report("streams wait for events that nobody will record");
    }
    check_buffers();
    if (!failed()) return cudaSuccess;
    drop_all();
    return set_error(cudaErrorLaunchFailure, take_report());
}
}  // namespace

void launch(const char* kernel, dim3 grid, dim3 block, size_t shared_bytes, Stream* stream, std::function<void()> body) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    Launch what{kernel, grid, block, shared_bytes, std::move(body)};
    const std::string refusal = refuse(what);
    if (!refusal.empty()) {
        set_error(cudaErrorInvalidConfiguration, std::string(kernel) + ": " + refusal);
        return;
    }
    const uint64_t number = ++launches;
    enqueue(stream, [what, number] { run_grid(what, Random(options().seed ^ number << 32).next()); });
}

}  // namespace emu

using namespace emu;

cudaError_t cudaGetDeviceCount(int* count) {
    *count = 1;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : set_error(cudaErrorInvalidValue, "the emulator has one device, number 0"); }

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = {"CUDA emulation", size_t{16} << 30, 8, 0};
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** p, size_t bytes) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    *p = allocate(bytes);
    return *p != nullptr ? cudaSuccess : set_error(cudaErrorMemoryAllocation, "out of memory");
}

cudaError_t cudaFree(void* p) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    while (step() && !failed()) {}  // as on a device, freeing waits for queued work
    if (p == nullptr || release(p)) return failed() ? set_error(cudaErrorLaunchFailure, take_report()) : cudaSuccess;
    return set_error(cudaErrorInvalidValue, "freed a pointer that is no device buffer");
}

cudaError_t cudaMallocHost(void** p, size_t bytes) {
    *p = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    return *p != nullptr ? cudaSuccess : set_error(cudaErrorMemoryAllocation, "out of host memory");
}

cudaError_t cudaFreeHost(void* p) {
    std::free(p);
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    enqueue(stream, [=] { memmove(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* p, int value, size_t bytes, cudaStream_t stream) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    enqueue(stream, [=] { memset(p, value, bytes); });
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    *stream = new Stream();
    streams().push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    return drain(of(stream));
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    const cudaError_t result = drain(of(stream));
    auto& all = streams();
    for (size_t i = 1; i < all.size(); i++) {
        if (all[i] != stream) continue;
        all.erase(all.begin() + static_cast<ptrdiff_t>(i));
        delete stream;
        break;
    }
    return result;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    *event = new Event();
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    while (step()) {}
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    const uint64_t ticket = ++event->recorded;
    enqueue(stream, [=] { event->reached = ticket; });
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    std::lock_guard<std::recursive_mutex> lock(guard);
    const uint64_t ticket = event->recorded;  // an event never recorded holds nobody up
    of(stream).tasks.push_back({[=] { return event->reached >= ticket; }, [] {}});
    return cudaSuccess;
}

cudaError_t cudaGetLastError() {
    std::lock_guard<std::recursive_mutex> lock(guard);
    const cudaError_t error = last_error;
    last_error = cudaSuccess;
    return error;
}

const char* cudaGetErrorString(cudaError_t) {
    static thread_local std::string words;
    std::lock_guard<std::recursive_mutex> lock(guard);
    words = last_words;
    return words.c_str();
}
