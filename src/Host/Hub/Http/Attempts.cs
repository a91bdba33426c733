// Trying again: five times after 1, 2, 4, 8, 8 seconds, or after the time that the server names.
namespace FastTune.Hub;

internal sealed class Attempts(HubSettings settings)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>Runs until it succeeds. An attempt that got further than all before does not count.</summary>
    /// <param name="once">One attempt.</param>
    /// <param name="got">How far the work has come (bytes), or null.</param>
    /// <exception cref="HubUnreachable">The last fault, when the attempts are used up.</exception>
    public async Task<T> Run<T>(Func<Task<T>> once, CancellationToken cancel, Func<long>? got = null)
    {
        long furthest = got?.Invoke() ?? 0;
        for (int failed = 0; ;)
        {
            try
            {
                return await once().ConfigureAwait(false);
            }
            catch (HubFault fault)
            {
                long now = got?.Invoke() ?? 0;
                failed = now >= furthest + Moved ? 1 : failed + 1;
                furthest = Math.Max(furthest, now);
                var wait = fault.Wait ?? TimeSpan.FromSeconds(Math.Min(8, 1 << (failed - 1)));
                if (failed > settings.Retries || wait > LongestWait) throw new HubUnreachable(fault.Message, fault);
                await settings.Wait(wait, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Bytes that make an attempt count as progress: a server that sends a few and breaks must not hold us for ever.</summary>
    private const long Moved = 64 << 10;
}
