// Runs the blocks of one kernel.
#pragma once
#include "block.h"

namespace emu {

// Runs the grid in an order given by the seed; stops early when something was found wrong.
void run_grid(const Launch& launch, uint64_t seed);

// Why a device would refuse this configuration, or an empty string.
std::string refuse(const Launch& launch);

}  // namespace emu
