// Warp-wide operations: each lane deposits its operands, the last lane of the mask executes for all.
#pragma once
#include <cstdint>
#include <cstring>

#include "block.h"

namespace emu {

struct Shuffle {
    uint32_t value;
    int argument;  // lane, or distance
    uint32_t result;
};

void shuffle_xor(Request* const lanes[32], uint32_t present);
void shuffle_index(Request* const lanes[32], uint32_t present);
void shuffle_down(Request* const lanes[32], uint32_t present);

// Reading a lane that has ended gives NaN bits: CUDA leaves the value undefined.
template <class T>
T shuffle(const char* site, const char* name, Request::Execute how, uint32_t mask, T value, int argument) {
    static_assert(sizeof(T) == 4, "a shuffle moves 32 bits");
    Shuffle operands{0, argument, 0};
    memcpy(&operands.value, &value, 4);
    Request request{how, name, site, mask, &operands};
    Block::current->collective(request);
    memcpy(&value, &operands.result, 4);
    return value;
}

uint32_t ballot(const char* site, uint32_t mask, bool predicate);
void sync_warp(const char* site, uint32_t mask);

// A finding when the address does not divide.
void check_aligned(const void* p, unsigned bytes, const char* operation);

}  // namespace emu
