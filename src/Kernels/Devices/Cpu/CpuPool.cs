// Persistent threads with a cheap fork and join: every parallel loop of the CPU device goes through here.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>The body of a parallel loop. A struct, so that the call is bound at compile time and nothing is allocated.</summary>
public interface IPoolBody
{
    /// <summary>Runs one task. <paramref name="worker"/> is 0 (the caller) to Threads - 1, unique among tasks that run at once.</summary>
    void Run(int task, int worker);
}

/// <summary>
/// Threads that spin briefly for work, then park. Task indices are grabbed one by one, so which thread runs a task is open:
/// a task's result must depend on its index alone. A worker that wakes too late for a loop misses it; the caller never waits for it.
/// </summary>
public sealed unsafe class CpuPool : IDisposable
{
    const int Closed = 1 << 30;
    static readonly long SpinTicks = Stopwatch.Frequency / 5_000; // 200 us: the gap between two ops of a step is shorter
    static readonly Lazy<CpuPool> Default = new(() => new CpuPool(DefaultThreads()));

    [ThreadStatic] static int insideWorker; // worker index + 1 while this thread runs a task

    readonly Thread[] workers;
    readonly Lock callers = new();
    readonly object parking = new();
    delegate*<CpuPool, void*, int, void> job;
    void* jobBody;
    int tasks, next;
    int entered = Closed; // how many workers are inside the loop; Closed: none may enter
    int generation; // counts forks
    int parked;
    volatile bool stopping;
    Exception? failure;

    /// <param name="threads">All threads that work, the caller included; at least 1.</param>
    public CpuPool(int threads)
    {
        if (threads < 1) throw new ArgumentException($"[cpu_pool] {threads} threads were asked for: use 1 or more");
        Threads = threads;
        workers = new Thread[threads - 1];
        for (int index = 0; index < workers.Length; index++)
        {
            int worker = index + 1;
            workers[index] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"cpu {worker}" };
            workers[index].Start();
        }
    }

    /// <summary>Threads that work on a loop, the caller included.</summary>
    public int Threads { get; }

    /// <summary>The process's pool: FASTTUNE_THREADS threads, or one per CPU.</summary>
    public static CpuPool Shared => Default.Value;

    /// <summary>
    /// Runs tasks 0 to <paramref name="tasks"/> - 1 and returns when all are done. A call from inside a task runs inline.
    /// Calls from several threads wait for each other. The first exception of a task is rethrown here; later tasks are dropped.
    /// </summary>
    public void For<TBody>(int tasks, ref TBody body) where TBody : struct, IPoolBody
    {
        if (tasks <= 0) return;
        if (tasks == 1 || workers.Length == 0 || insideWorker != 0)
        {
            RunInline(tasks, ref body);
            return;
        }
        lock (callers)
        {
            TBody local = body; // on this stack, where its address is stable
            Fork(tasks, &RunTasks<TBody>, Unsafe.AsPointer(ref local));
            body = local;
        }
    }

    /// <summary>Ends the threads. No loop may be running.</summary>
    public void Dispose()
    {
        stopping = true;
        Wake();
        foreach (var worker in workers) worker.Join();
    }

    static int DefaultThreads()
    {
        string? text = Environment.GetEnvironmentVariable("FASTTUNE_THREADS");
        if (string.IsNullOrEmpty(text)) return Environment.ProcessorCount;
        return int.TryParse(text, out int threads) && threads is >= 1 and <= 1024 ? threads
            : throw new ArgumentException($"[cpu_pool] FASTTUNE_THREADS={text} is not a number from 1 to 1024: change or unset it");
    }

    static void RunInline<TBody>(int tasks, ref TBody body) where TBody : struct, IPoolBody
    {
        int before = insideWorker;
        int worker = Math.Max(before - 1, 0);
        insideWorker = worker + 1;
        try
        {
            for (int task = 0; task < tasks; task++) body.Run(task, worker);
        }
        finally
        {
            insideWorker = before;
        }
    }

    static void RunTasks<TBody>(CpuPool pool, void* body, int worker) where TBody : struct, IPoolBody
    {
        insideWorker = worker + 1;
        try
        {
            for (int task; (task = Interlocked.Increment(ref pool.next) - 1) < pool.tasks;)
                Unsafe.AsRef<TBody>(body).Run(task, worker);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref pool.failure, exception, null);
            Volatile.Write(ref pool.next, pool.tasks);
        }
        finally
        {
            insideWorker = 0;
        }
    }

    void Fork(int count, delegate*<CpuPool, void*, int, void> run, void* body)
    {
        job = run;
        jobBody = body;
        tasks = count;
        next = 0;
        failure = null;
        Volatile.Write(ref entered, 0); // opens the loop: the fields above are visible to whoever enters
        Wake();
        run(this, body, 0);
        Interlocked.Or(ref entered, Closed);
        var spinner = new SpinWait();
        while (Volatile.Read(ref entered) != Closed) spinner.SpinOnce(sleep1Threshold: -1);
        if (failure is { } exception) ExceptionDispatchInfo.Throw(exception);
    }

    void Wake()
    {
        Interlocked.Increment(ref generation); // a full fence: either we see the parked worker or it sees this
        if (Volatile.Read(ref parked) == 0) return;
        lock (parking) Monitor.PulseAll(parking);
    }

    void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = Await(seen);
            if (stopping) return;
            if (!Enter()) continue;
            job(this, jobBody, worker);
            Interlocked.Decrement(ref entered);
        }
    }

    bool Enter()
    {
        while (true)
        {
            int count = Volatile.Read(ref entered);
            if ((count & Closed) != 0) return false;
            if (Interlocked.CompareExchange(ref entered, count + 1, count) == count) return true;
        }
    }

    int Await(int seen)
    {
        long until = Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            for (int spin = 0; spin < 32; spin++)
            {
                if (Volatile.Read(ref generation) != seen) return Volatile.Read(ref generation);
                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() < until);
        lock (parking)
        {
            Interlocked.Increment(ref parked);
            while (Volatile.Read(ref generation) == seen) Monitor.Wait(parking);
            Interlocked.Decrement(ref parked);
        }
        return Volatile.Read(ref generation);
    }
}
