// Emulated device memory: filled with NaN, followed by an unmapped page, with canary bytes in between.
#pragma once
#include <cstddef>

namespace emu {

void* allocate(size_t bytes);
bool release(void* p);

// Reports every live buffer whose canary bytes were overwritten.
void check_buffers();

}  // namespace emu
