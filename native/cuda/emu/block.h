// One CUDA block: its threads as fibers, its barrier, its warps' collectives and its shared memory.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fiber.h"
#include "random.h"
#include "types.h"

namespace emu {

// What a kernel reads as threadIdx, blockIdx, blockDim, gridDim.
struct Indices {
    dim3 thread, block, block_size, grid_size;
};

// A warp-wide operation that a lane waits for. The last lane of the mask to arrive executes it for all of them.
struct Request {
    using Execute = void (*)(Request* const lanes[32], uint32_t present);
    Execute execute;    // also says which operation it is: lanes that meet must agree
    const char* name;   // as the source spells it
    const char* site;   // file:line
    uint32_t mask;      // lanes that take part
    void* operands;     // belongs to the operation
};

// A launch as the scheduler sees it.
struct Launch {
    const char* kernel;
    dim3 grid, block;
    size_t shared_bytes;
    std::function<void()> body;
};

class Block {
public:
    // Runs the block to its end, or to its first finding (then false).
    bool run(const Launch& launch, dim3 index, uint64_t seed);

    // Called by the running fiber.
    void barrier(const char* site);
    void collective(Request& request);
    void stop(const std::string& finding);  // ends the block with a finding; does not return
    unsigned char* shared() { return shared_memory; }

    // The block and thread that run on this operating-system thread.
    static thread_local Block* current;
    static thread_local const Indices* indices;

private:
    enum class Wait { Nothing, Barrier, Collective, End };

    struct Thread {
        void* stack_pointer;
        Indices indices;
        int id;
        Wait wait;
        const char* site;
        Request* request;
    };

    struct Warp {
        uint32_t live;
        uint32_t waiting;  // lanes in a collective
    };

    static void enter();
    void start(const Launch& launch, dim3 index, uint64_t seed);
    void resume(int id);
    void yield(Wait wait, const char* site);
    bool release_barrier();
    void complete_collectives(int warp);
    bool agree(const Warp& warp, int first_lane, const Request& request);
    void finish_thread();
    void fail(const std::string& what, int id);
    std::string where(const Thread& thread) const;
    std::string stuck() const;
    void fill_shared(size_t bytes);
    bool check_canaries();

    const Launch* launch = nullptr;
    Stacks stacks;
    void* scheduler = nullptr;  // saved context of run()
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    std::vector<int> ready;
    size_t next_ready = 0;
    int running = -1, live = 0, at_barrier = 0;
    bool broken = false;
    Random random{0};
    std::vector<unsigned char> memory;
    unsigned char* shared_memory = nullptr;
};

}  // namespace emu
