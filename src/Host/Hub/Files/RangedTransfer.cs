// Brings a large file in parallel ranges; a journal says which are complete, so that an interrupted download goes on.
using Microsoft.Win32.SafeHandles;

namespace FastTune.Hub;

internal sealed class RangedTransfer(HubSettings settings, HubHttp http)
{
    private const int BufferBytes = 256 << 10;

    private readonly Attempts attempts = new(settings);
    private readonly Lock writing = new();

    /// <summary>The hash of the whole file; null when the server does not give ranges: then nothing is left here.</summary>
    public async Task<string?> Fetch(FileSource source, string partial, IFileWatch watch, CancellationToken cancel)
    {
        try
        {
            await Fill(source, partial, watch, cancel).ConfigureAwait(false);
        }
        catch (StartOver)
        {
            Journal.Delete(partial);
            watch.Have(0);
            return null;
        }
        return await (source.Digest ?? new Digest(new string('0', 64))).OfFile(partial, cancel).ConfigureAwait(false);
    }

    private async Task Fill(FileSource source, string partial, IFileWatch watch, CancellationToken cancel)
    {
        long range = settings.RangeBytes;
        var journal = Journal.Open(partial, source.Key, source.Size, range) ?? new Journal(source.Key, source.Size, range, null, []);
        journal.Write(partial);
        using var file = File.OpenHandle(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.SetLength(file, source.Size);
        int ranges = (int)((source.Size + range - 1) / range);
        long have = journal.Done.Sum(number => Length(source, number));
        watch.Have(have);
        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.RangesAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, ranges).Except(journal.Done), options, async (number, stop) =>
        {
            await One(source, file, number, bytes => watch.Have(Interlocked.Add(ref have, bytes)), stop).ConfigureAwait(false);
            lock (writing)
            {
                journal = journal with { Done = [.. journal.Done, number] };
                journal.Write(partial);
            }
        }).ConfigureAwait(false);
        RandomAccess.FlushToDisk(file);
    }

    private long Length(FileSource source, int number) => Math.Min(settings.RangeBytes, source.Size - number * settings.RangeBytes);

    private async Task One(FileSource source, SafeFileHandle file, int number, Action<int> came, CancellationToken cancel)
    {
        long at = number * settings.RangeBytes, last = at + Length(source, number) - 1;
        byte[] buffer = new byte[BufferBytes];
        await attempts.Run(async () =>
        {
            using var answer = await RangeAnswer.Open(http, source, at, last, null, cancel).ConfigureAwait(false);
            await using var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            for (int count; (count = await HubBody.Read(body, buffer, settings.ReadTimeout, cancel).ConfigureAwait(false)) > 0; at += count)
            {
                if (at + count > last + 1) throw new StartOver("more bytes came than were asked for");
                RandomAccess.Write(file, buffer.AsSpan(0, count), at);
                came(count);
            }
            return at > last ? true : throw new HubFault($"{source.Path}: the transfer ended after {at} of {last + 1} bytes");
        }, cancel, () => at).ConfigureAwait(false);
    }
}
