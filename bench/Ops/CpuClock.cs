// The CPU time of the calling thread: on a machine that others use too, it says what a kernel costs when wall time cannot.
using System.Runtime.InteropServices;

namespace FastTune.Bench.Ops;

static partial class CpuClock
{
    const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID of Linux

    /// <summary>Seconds of CPU that the calling thread has used; Linux only.</summary>
    public static double Seconds()
    {
        if (ReadClock(ThreadCpuTime, out var time) != 0) throw new PlatformNotSupportedException("bench/Ops: --cpu-time needs Linux");
        return time.Seconds + time.Nanoseconds * 1e-9;
    }

    struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out TimeSpec time);
}
