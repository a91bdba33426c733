// Shuffles, ballot and __syncwarp for a whole warp at once.
#include "collectives.h"

namespace emu {

namespace {
constexpr uint32_t kNaNBits = 0xFFFFFFFFu;

struct Ballot {
    bool predicate;
    uint32_t result;
};

Shuffle& operands(Request* lane) { return *static_cast<Shuffle*>(lane->operands); }

// `source` says from which lane a lane reads; a lane outside the warp keeps its own value, as on the device.
template <class Source>
void exchange(Request* const lanes[32], Source source) {
    for (int lane = 0; lane < 32; lane++) {
        if (lanes[lane] == nullptr) continue;
        const int from = source(lane, operands(lanes[lane]).argument);
        const int read = from < 0 || from > 31 ? lane : from;
        operands(lanes[lane]).result = lanes[read] == nullptr ? kNaNBits : operands(lanes[read]).value;
    }
}

void execute_ballot(Request* const lanes[32], uint32_t) {
    uint32_t votes = 0;
    for (int lane = 0; lane < 32; lane++) {
        if (lanes[lane] != nullptr && static_cast<Ballot*>(lanes[lane]->operands)->predicate) votes |= 1u << lane;
    }
    for (int lane = 0; lane < 32; lane++) {
        if (lanes[lane] != nullptr) static_cast<Ballot*>(lanes[lane]->operands)->result = votes;
    }
}

void execute_sync(Request* const[32], uint32_t) {}
}  // namespace

void shuffle_xor(Request* const lanes[32], uint32_t) {
    exchange(lanes, [](int lane, int distance) { return lane ^ distance; });
}

void shuffle_index(Request* const lanes[32], uint32_t) {
    exchange(lanes, [](int, int from) { return from & 31; });
}

void shuffle_down(Request* const lanes[32], uint32_t) {
    exchange(lanes, [](int lane, int distance) { return lane + distance; });
}

uint32_t ballot(const char* site, uint32_t mask, bool predicate) {
    Ballot vote{predicate, 0};
    Request request{execute_ballot, "__ballot_sync", site, mask, &vote};
    Block::current->collective(request);
    return vote.result;
}

void sync_warp(const char* site, uint32_t mask) {
    Request request{execute_sync, "__syncwarp", site, mask, nullptr};
    Block::current->collective(request);
}

void check_aligned(const void* p, unsigned bytes, const char* operation) {
    if (reinterpret_cast<uintptr_t>(p) % bytes == 0) return;
    Block::current->stop(std::string(operation) + " of an address that is not a multiple of " + std::to_string(bytes));
}

}  // namespace emu
