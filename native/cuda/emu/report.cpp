// Keeps findings, thread-safe, and exports the emulator's options to tests.
#include "report.h"

#include <cstring>
#include <mutex>

namespace emu {

namespace {
std::mutex guard;
std::string first;
long findings = 0;
}  // namespace

Options& options() {
    static Options all;
    return all;
}

void report(const std::string& finding) {
    std::lock_guard<std::mutex> lock(guard);
    if (findings++ == 0) first = finding + " (seed " + std::to_string(options().seed) + ")";
}

bool failed() {
    std::lock_guard<std::mutex> lock(guard);
    return findings > 0;
}

std::string take_report() {
    std::lock_guard<std::mutex> lock(guard);
    std::string text = findings > 1 ? first + ", and " + std::to_string(findings - 1) + " more" : first;
    findings = 0;
    first.clear();
    return text;
}

}  // namespace emu

extern "C" void ft_emu_configure(uint64_t seed, int shuffle, int os_threads) {
    emu::options() = {seed, shuffle != 0, os_threads < 1 ? 1 : os_threads};
}
