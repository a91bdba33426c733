// Fibers: many small stacks on one operating-system thread, switched by hand. A CUDA thread is one of them.
#pragma once
#include <cstddef>
#include <vector>

namespace emu {

// Stacks of equal size, each with an unmapped page below it, kept between launches.
class Stacks {
public:
    Stacks() = default;
    Stacks(const Stacks&) = delete;
    Stacks& operator=(const Stacks&) = delete;
    ~Stacks();

    // Stack pointer from which the fiber `index` starts in `entry`; `entry` must never return.
    void* prepare(size_t index, void (*entry)());

private:
    std::vector<char*> maps;
};

// Saves the running context in *save and continues the one that `load` holds.
extern "C" void emu_switch(void** save, void* load);

}  // namespace emu
