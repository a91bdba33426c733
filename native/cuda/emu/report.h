// What the emulator found wrong: the first finding is kept in words, the rest are counted.
#pragma once
#include <cstdint>
#include <string>

namespace emu {

struct Options {
    uint64_t seed = 1;      // orders threads, blocks and streams; printed with every finding
    bool shuffle = true;    // false: threads run in index order
    int os_threads = 1;     // blocks of one launch run on so many operating-system threads
};

// Options of the process; change them only while nothing runs.
Options& options();

// Records a finding; the first one becomes the sticky error that the next synchronisation returns.
void report(const std::string& finding);
bool failed();

// The sticky error's words, and a fresh start.
std::string take_report();

}  // namespace emu
