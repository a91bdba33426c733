// Deals the blocks of a grid to operating-system threads; a block's schedule depends on the seed and its index alone.
#include "launch.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "report.h"

namespace emu {

namespace {
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned kMaxGridYZ = 65535;
constexpr size_t kMaxShared = 99 << 10;  // sm_86, sm_89, sm_120: the default build must fit them

uint64_t mix(uint64_t seed, uint64_t value) { return Random(seed ^ Random(value).next()).next(); }

// The order in which blocks start: as given, or a seeded permutation while it is cheap to hold one.
std::vector<uint32_t> order(uint64_t count, uint64_t seed) {
    std::vector<uint32_t> blocks(count);
    for (uint64_t i = 0; i < count; i++) blocks[i] = static_cast<uint32_t>(i);
    if (options().shuffle) Random(seed).shuffle(blocks);
    return blocks;
}

// Block runners keep their stacks for the next launch.
std::vector<std::unique_ptr<Block>>& runners(int count) {
    static std::vector<std::unique_ptr<Block>> all;
    while (static_cast<int>(all.size()) < count) all.push_back(std::make_unique<Block>());
    return all;
}
}  // namespace

std::string refuse(const Launch& launch) {
    const dim3 g = launch.grid, b = launch.block;
    const uint64_t threads = static_cast<uint64_t>(b.x) * b.y * b.z;
    if (threads == 0 || threads > kMaxThreads) return "a block of " + std::to_string(threads) + " threads; 1 to 1024 are possible";
    if (g.x == 0 || g.y == 0 || g.z == 0) return "a grid without blocks";
    if (g.y > kMaxGridYZ || g.z > kMaxGridYZ) return "a grid of more than 65535 blocks along y or z; rows go on x";
    if (launch.shared_bytes > kMaxShared) return std::to_string(launch.shared_bytes) + " bytes of shared memory; 101376 fit every card";
    return "";
}

void run_grid(const Launch& launch, uint64_t seed) {
    const dim3 g = launch.grid;
    const uint64_t count = static_cast<uint64_t>(g.x) * g.y * g.z;
    const std::vector<uint32_t> blocks = order(count, seed);
    std::atomic<uint64_t> next{0};
    const int workers = static_cast<int>(std::min<uint64_t>(options().os_threads, count));
    auto& pool = runners(workers);
    auto work = [&](Block& block) {
        for (uint64_t i = next++; i < count && !failed(); i = next++) {
            const uint64_t b = blocks[i];
            dim3 index(b % g.x, b / g.x % g.y, static_cast<unsigned>(b / (static_cast<uint64_t>(g.x) * g.y)));
            block.run(launch, index, mix(seed, b));
        }
    };
    std::vector<std::thread> threads;
    for (int w = 1; w < workers; w++) threads.emplace_back(work, std::ref(*pool[w]));
    work(*pool[0]);
    for (std::thread& thread : threads) thread.join();
}

}  // namespace emu
