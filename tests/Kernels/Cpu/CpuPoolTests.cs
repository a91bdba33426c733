// The pool: every task once, exceptions reach the caller, nested and concurrent calls work, nothing is allocated.
using FastTune.Kernels.Devices.Cpu;
using Xunit;

namespace FastTune.Tests.Kernels.Cpu;

public unsafe class CpuPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Runs_each_task_exactly_once(int threads)
    {
        using var pool = new CpuPool(threads);
        foreach (int tasks in new[] { 0, 1, 2, 3, 7, 64, 1000 })
            for (int round = 0; round < 20; round++)
            {
                int[] hits = new int[tasks];
                var body = new Count { Hits = hits, Pool = pool };
                pool.For(tasks, ref body);
                Assert.All(hits, count => Assert.Equal(1, count));
            }
    }

    [Fact]
    public void An_exception_of_a_task_is_rethrown_and_the_pool_lives_on()
    {
        using var pool = new CpuPool(3);
        var bad = new Fail();
        Assert.Equal("task 5", Assert.Throws<InvalidOperationException>(() => pool.For(10, ref bad)).Message);
        var body = new Count { Hits = new int[10], Pool = pool };
        pool.For(10, ref body);
        Assert.All(body.Hits, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Calls_from_two_threads_wait_for_each_other()
    {
        using var pool = new CpuPool(2);
        var outer = Enumerable.Range(0, 2).Select(_ => new Thread(() => Many(pool))).ToArray();
        foreach (var thread in outer) thread.Start();
        foreach (var thread in outer) Assert.True(thread.Join(30_000));
    }

    [Fact]
    public void A_loop_allocates_nothing()
    {
        using var pool = new CpuPool(2);
        var body = new Count { Hits = new int[16], Pool = pool };
        pool.For(16, ref body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++) pool.For(16, ref body);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Zero_threads_are_refused() => Assert.StartsWith("[cpu_pool]", Assert.Throws<ArgumentException>(() => new CpuPool(0)).Message);

    static void Many(CpuPool pool)
    {
        for (int round = 0; round < 200; round++)
        {
            var body = new Count { Hits = new int[8], Pool = pool };
            pool.For(8, ref body);
            if (body.Hits.Any(count => count != 1)) throw new InvalidOperationException("lost task");
        }
    }

    struct Count : IPoolBody
    {
        public int[] Hits;
        public CpuPool Pool;

        public readonly void Run(int task, int worker)
        {
            if (worker < 0 || worker >= Pool.Threads) throw new InvalidOperationException("worker");
            var inner = new Add { Hits = Hits, Task = task, Worker = worker };
            Pool.For(1, ref inner);
        }
    }

    struct Add : IPoolBody
    {
        public int[] Hits;
        public int Task, Worker;

        public readonly void Run(int task, int worker)
        {
            if (worker != Worker) throw new InvalidOperationException("a nested loop left its worker");
            Interlocked.Increment(ref Hits[Task]);
        }
    }

    struct Fail : IPoolBody
    {
        public readonly void Run(int task, int worker)
        {
            if (task == 5) throw new InvalidOperationException("task 5");
        }
    }
}
