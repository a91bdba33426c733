// Stack mapping and the context switch (x86-64, System V calling convention).
#include "fiber.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

#if !defined(__x86_64__)
#error "The CUDA emulator switches stacks with x86-64 instructions; port emu_switch to build it here."
#endif

// The callee-saved registers are all that a function call may rely on, so they are the whole context.
asm(R"(
.text
.globl emu_switch
.type emu_switch, @function
emu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size emu_switch, .-emu_switch
)");

namespace emu {

namespace {
constexpr size_t kStackBytes = 128 << 10;
constexpr size_t kGuardBytes = 4096;
constexpr int kSavedRegisters = 6;

char* map_stack() {
    void* map = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED || mprotect(map, kGuardBytes, PROT_NONE) != 0) {
        std::perror("[emu] no memory for a thread's stack");
        std::abort();
    }
    return static_cast<char*>(map);
}
}  // namespace

Stacks::~Stacks() {
    for (char* map : maps) munmap(map, kGuardBytes + kStackBytes);
}

void* Stacks::prepare(size_t index, void (*entry)()) {
    while (maps.size() <= index) maps.push_back(map_stack());
    // A function expects rsp to be 8 short of a multiple of 16 on entry: the slot left empty stands for its return address.
    void** top = reinterpret_cast<void**>(maps[index] + kGuardBytes + kStackBytes - 64);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < kSavedRegisters; i++) *--top = nullptr;
    return top;
}

}  // namespace emu
