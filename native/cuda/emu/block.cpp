// The scheduler of one block: fibers run until a barrier, a collective or their end; the order is shuffled by a seed.
#include "block.h"

#include <cstring>

#include "report.h"

namespace emu {

thread_local Block* Block::current = nullptr;
thread_local const Indices* Block::indices = nullptr;

namespace {
constexpr size_t kCanaryBytes = 128;
constexpr unsigned char kNaNByte = 0xFF;  // four of them are a NaN, two a bf16 or fp16 NaN

std::string text(dim3 d) { return "(" + std::to_string(d.x) + "," + std::to_string(d.y) + "," + std::to_string(d.z) + ")"; }
}  // namespace

bool Block::run(const Launch& what, dim3 index, uint64_t seed) {
    start(what, index, seed);
    current = this;
    while (live > 0 && !broken) {
        if (next_ready < ready.size()) {
            resume(ready[next_ready++]);
        } else if (!release_barrier()) {
            fail("deadlock: " + stuck(), -1);
        }
        if (next_ready == ready.size()) {
            ready.clear();
            next_ready = 0;
        }
    }
    current = nullptr;
    indices = nullptr;
    return check_canaries() && !broken;
}

void Block::start(const Launch& what, dim3 index, uint64_t seed) {
    launch = &what;
    random = Random(seed);
    broken = false;
    at_barrier = 0;
    const dim3 size = what.block;
    const int count = static_cast<int>(size.x * size.y * size.z);
    live = count;
    fill_shared(what.shared_bytes);
    warps.assign((count + 31) / 32, Warp{0, 0});
    threads.resize(count);
    ready.clear();
    next_ready = 0;
    for (int id = 0; id < count; id++) {
        dim3 at(id % size.x, id / size.x % size.y, id / (size.x * size.y));
        threads[id] = {stacks.prepare(id, enter), {at, index, size, what.grid}, id, Wait::Nothing, "", nullptr};
        warps[id / 32].live |= 1u << (id % 32);
        ready.push_back(id);
    }
    if (options().shuffle) random.shuffle(ready);
}

void Block::resume(int id) {
    running = id;
    indices = &threads[id].indices;
    emu_switch(&scheduler, threads[id].stack_pointer);
}

void Block::yield(Wait wait, const char* site) {
    Thread& thread = threads[running];
    thread.wait = wait;
    thread.site = site;
    emu_switch(&thread.stack_pointer, scheduler);
}

void Block::enter() {
    current->launch->body();
    current->finish_thread();
}

void Block::finish_thread() {
    Warp& warp = warps[running / 32];
    warp.live &= ~(1u << (running % 32));
    live--;
    complete_collectives(running / 32);  // lanes that wait for this one need not any longer
    yield(Wait::End, "");
}

void Block::barrier(const char* site) {
    at_barrier++;
    yield(Wait::Barrier, site);
}

// True when all live threads had arrived and may go on.
bool Block::release_barrier() {
    if (at_barrier == 0 || at_barrier != live) return false;
    const Thread* first = nullptr;
    ready.clear();
    next_ready = 0;
    for (Thread& thread : threads) {
        if (thread.wait != Wait::Barrier) continue;
        if (first == nullptr) first = &thread;
        if (std::strcmp(first->site, thread.site) != 0) {
            fail("divergent barrier: thread " + std::to_string(first->id) + " waits at " + first->site + ", this one at " + thread.site, thread.id);
            return true;
        }
        thread.wait = Wait::Nothing;
        ready.push_back(thread.id);
    }
    at_barrier = 0;
    if (options().shuffle) random.shuffle(ready);
    return true;
}

void Block::collective(Request& request) {
    const int warp = running / 32, lane = running % 32;
    threads[running].request = &request;
    if ((request.mask >> lane & 1) == 0) {
        fail(std::string(request.name) + " at " + request.site + " has a mask without the calling lane", running);
    }
    warps[warp].waiting |= 1u << lane;
    threads[running].wait = Wait::Collective;
    complete_collectives(warp);
    if (broken || threads[running].wait == Wait::Collective) yield(Wait::Collective, request.site);
}

void Block::complete_collectives(int index) {
    Warp& warp = warps[index];
    for (int lane = 0; lane < 32 && !broken; lane++) {
        if ((warp.waiting >> lane & 1) == 0) continue;
        const Request& request = *threads[index * 32 + lane].request;
        const uint32_t present = request.mask & warp.live;
        if ((warp.waiting & present) != present || !agree(warp, index * 32, request)) continue;
        Request* lanes[32] = {};
        for (int l = 0; l < 32; l++) {
            if (present >> l & 1) lanes[l] = threads[index * 32 + l].request;
        }
        request.execute(lanes, present);
        warp.waiting &= ~present;
        for (int l = 0; l < 32; l++) {
            Thread* thread = present >> l & 1 ? &threads[index * 32 + l] : nullptr;
            if (thread == nullptr) continue;
            thread->wait = Wait::Nothing;
            if (thread->id != running) ready.push_back(thread->id);
        }
    }
}

void Block::stop(const std::string& finding) {
    fail(finding, running);
    yield(Wait::End, "");
}

// Whether all lanes that meet here asked for the same thing at the same place; a finding when not.
bool Block::agree(const Warp& warp, int first_lane, const Request& request) {
    for (int lane = 0; lane < 32; lane++) {
        if ((request.mask & warp.live) >> lane & 1) {
            const Request& other = *threads[first_lane + lane].request;
            if (other.execute == request.execute && other.mask == request.mask && std::strcmp(other.site, request.site) == 0) continue;
            fail(std::string("divergent warp: ") + request.name + " at " + request.site + " meets " + other.name + " at " + other.site, first_lane + lane);
            return false;
        }
    }
    return true;
}

void Block::fail(const std::string& what, int id) {
    broken = true;
    const dim3 at = threads[0].indices.block;
    report("kernel " + std::string(launch->kernel) + ", block " + text(at) + (id < 0 ? "" : ", thread " + text(threads[id].indices.thread)) + ": " + what);
}

std::string Block::where(const Thread& thread) const {
    return "thread " + text(thread.indices.thread) + (thread.wait == Wait::Barrier ? " waits in __syncthreads at " : " waits in a warp operation at ") + thread.site;
}

// The first thread of each kind of wait: enough to see who misses whom.
std::string Block::stuck() const {
    std::string words;
    for (Wait wait : {Wait::Barrier, Wait::Collective}) {
        for (const Thread& thread : threads) {
            if (thread.wait != wait) continue;
            words += (words.empty() ? "" : "; ") + where(thread);
            break;
        }
    }
    return words;
}

void Block::fill_shared(size_t bytes) {
    memory.assign(bytes + 2 * kCanaryBytes + 128, kNaNByte);
    auto address = reinterpret_cast<uintptr_t>(memory.data()) + kCanaryBytes;
    shared_memory = reinterpret_cast<unsigned char*>((address + 127) / 128 * 128);
}

bool Block::check_canaries() {
    const unsigned char* after = shared_memory + launch->shared_bytes;
    for (size_t i = 0; i < kCanaryBytes; i++) {
        if (shared_memory[-1 - static_cast<ptrdiff_t>(i)] == kNaNByte && after[i] == kNaNByte) continue;
        if (!broken) fail("wrote outside its " + std::to_string(launch->shared_bytes) + " bytes of shared memory", -1);
        return false;
    }
    return true;
}

}  // namespace emu
