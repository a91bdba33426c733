// Every buffer has its own mapping that ends flush with a no-access page, as far as CUDA's alignment of 256 bytes lets it.
#include "memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "report.h"

namespace emu {

namespace {
constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 256;
constexpr unsigned char kNaNByte = 0xFF;
constexpr unsigned char kCanary = 0xA5;

struct Buffer {
    unsigned char* map;
    size_t map_bytes;  // the last page is the guard
    unsigned char* data;
    size_t bytes;
    unsigned char* end() const { return map + map_bytes - kPage; }
};

std::map<void*, Buffer>& buffers() {
    static std::map<void*, Buffer> all;
    return all;
}

bool all_canary(const unsigned char* from, const unsigned char* to) {
    for (; from < to; from++) {
        if (*from != kCanary) return false;
    }
    return true;
}

void check(const Buffer& buffer) {
    const std::string size = std::to_string(buffer.bytes);
    if (!all_canary(buffer.map, buffer.data)) report("bytes before a device buffer of " + size + " bytes were overwritten");
    if (!all_canary(buffer.data + buffer.bytes, buffer.end())) report("bytes behind a device buffer of " + size + " bytes were overwritten");
}
}  // namespace

void* allocate(size_t bytes) {
    const size_t payload = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    const size_t map_bytes = (payload + kAlignment + kPage - 1) / kPage * kPage + kPage;
    void* map = mmap(nullptr, map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return nullptr;
    Buffer buffer{static_cast<unsigned char*>(map), map_bytes, nullptr, bytes};
    mprotect(buffer.end(), kPage, PROT_NONE);
    buffer.data = buffer.end() - payload;
    memset(buffer.map, kCanary, map_bytes - kPage);
    memset(buffer.data, kNaNByte, bytes);
    buffers()[buffer.data] = buffer;
    return buffer.data;
}

bool release(void* p) {
    const auto found = buffers().find(p);
    if (found == buffers().end()) return false;
    check(found->second);
    munmap(found->second.map, found->second.map_bytes);
    buffers().erase(found);
    return true;
}

void check_buffers() {
    for (const auto& entry : buffers()) check(entry.second);
}

}  // namespace emu
