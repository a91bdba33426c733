// Brings the bytes of one file into a partial file: resumed, in parallel ranges where large, hashed before they are trusted.
using System.Security.Cryptography;

namespace FastTune.Hub;

internal sealed class Transfer(HubSettings settings, HubHttp http)
{
    private const int BufferBytes = 256 << 10;

    private readonly Attempts attempts = new(settings);

    /// <summary>On return <paramref name="partial"/> holds the whole file, its hash (or size) is right, and it is flushed; the caller renames it.</summary>
    /// <exception cref="UserError">Wrong content twice, or a refusal.</exception>
    /// <exception cref="HubUnreachable">All attempts failed; what came stays for the next time.</exception>
    public async Task Fetch(FileSource source, string partial, IFileWatch watch, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            string? hash = null;
            if (source.Size > settings.RangedAbove) hash = await new RangedTransfer(settings, http).Fetch(source, partial, watch, cancel).ConfigureAwait(false);
            hash ??= await InOrder(source, partial, watch, cancel).ConfigureAwait(false);
            if (source.Digest is not { } digest || hash == digest.Hex)
            {
                File.Delete(Journal.PathOf(partial));
                return;
            }
            Journal.Delete(partial);
            if (attempt > 0)
                throw new UserError($"{source.Path}: the content hashes to {hash}, the hub lists {digest.Hex}, twice: not kept; try again later, or another HF_ENDPOINT");
        }
    }

    /// <summary>From the first byte to the last, going on where an earlier attempt or process ended; the hash of the whole.</summary>
    private async Task<string> InOrder(FileSource source, string partial, IFileWatch watch, CancellationToken cancel)
    {
        var journal = Journal.Open(partial, source.Key, source.Size, 0);
        await using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        var digest = source.Digest ?? new Digest(new string('0', 64));
        if (journal is null || file.Length > source.Size) file.SetLength(0);
        var hash = await Hashed(file, digest, source.Size, cancel).ConfigureAwait(false);
        watch.Have(file.Position);
        try
        {
            await attempts.Run(async () =>
            {
                if (file.Position == source.Size) return true;
                try
                {
                    using var answer = await RangeAnswer.Open(http, source, file.Position, null, journal?.Mark, cancel).ConfigureAwait(false);
                    journal = new Journal(source.Key, source.Size, 0, HuggingFaceErrors.Header(answer, "ETag"), []);
                    journal.Write(partial);
                    await Copy(answer, source, file, hash, watch, cancel).ConfigureAwait(false);
                    return true;
                }
                catch (StartOver over)
                {
                    file.SetLength(0);
                    hash.Dispose();
                    hash = digest.Start(source.Size);
                    watch.Have(0);
                    throw new HubFault($"{source.Path}: {over.Message}", TimeSpan.Zero);
                }
            }, cancel, () => file.Position).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            return Digest.Finish(hash);
        }
        finally
        {
            hash.Dispose();
        }
    }

    private static async Task<IncrementalHash> Hashed(FileStream file, Digest digest, long size, CancellationToken cancel)
    {
        var hash = digest.Start(size);
        byte[] buffer = new byte[BufferBytes];
        for (int count; (count = await file.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, count);
        return hash;
    }

    private async Task Copy(HttpResponseMessage answer, FileSource source, FileStream file, IncrementalHash hash, IFileWatch watch, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        for (int count; (count = await HubBody.Read(body, buffer, settings.ReadTimeout, cancel).ConfigureAwait(false)) > 0;)
        {
            if (file.Position + count > source.Size) throw new StartOver($"more bytes come than the {source.Size} that the hub lists");
            file.Write(buffer, 0, count);
            hash.AppendData(buffer, 0, count);
            watch.Have(file.Position);
        }
        if (file.Position < source.Size) throw new HubFault($"{source.Path}: the transfer ended after {file.Position} of {source.Size} bytes");
    }
}
