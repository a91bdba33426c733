// A small seeded generator (splitmix64); the same seed gives the same order on every machine.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace emu {

class Random {
public:
    explicit Random(uint64_t seed) : state(seed) {}

    uint64_t next() {
        uint64_t z = state += 0x9E3779B97F4A7C15ull;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }

    uint64_t below(uint64_t n) { return next() % n; }

    template <class T>
    void shuffle(std::vector<T>& items, size_t from = 0) {
        for (size_t i = items.size(); i > from + 1; i--) std::swap(items[i - 1], items[from + below(i - from)]);
    }

private:
    uint64_t state;
};

}  // namespace emu
