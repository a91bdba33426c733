// Reading the body of an answer: bounded in size and time; JSON bounded in depth.
using System.Text.Json;

namespace FastTune.Hub;

internal static class HubBody
{
    public const int LargestJson = 64 << 20;
    private const int Deepest = 32, LeastBytes = 1 << 10;

    /// <summary>Up to <paramref name="buffer"/>'s length; a transfer that stands still (under 1 KiB in the time) is a fault.</summary>
    public static async Task<int> Read(Stream body, Memory<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        using var still = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        still.CancelAfter(limit);
        int read = 0, least = Math.Min(LeastBytes, buffer.Length);
        try
        {
            while (read < least)
            {
                int count = await body.ReadAsync(buffer[read..], still.Token).ConfigureAwait(false);
                if (count == 0) break;
                read += count;
            }
            return read;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            if (read > 0) return read;
            throw new HubFault($"the transfer stood still for {limit.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is IOException or HttpRequestException or ObjectDisposedException)
        {
            if (read > 0) return read;
            throw new HubFault($"the connection broke ({error.Message})", inner: error);
        }
    }

    /// <summary>A JSON answer as a whole.</summary>
    /// <exception cref="UserError">Too large, too deep, or no JSON: most likely no hub.</exception>
    public static async Task<JsonElement> Json(HttpResponseMessage answer, HubSettings settings, CancellationToken cancel)
    {
        var url = answer.RequestMessage!.RequestUri!;
        if (answer.Content.Headers.ContentLength > LargestJson) throw TooLarge(url);
        using var text = new MemoryStream();
        await using var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        byte[] buffer = new byte[64 << 10];
        for (int count; (count = await Read(body, buffer, settings.ReadTimeout, cancel).ConfigureAwait(false)) > 0;)
        {
            if (text.Length + count > LargestJson) throw TooLarge(url);
            text.Write(buffer, 0, count);
        }
        if (answer.Content.Headers.ContentLength is long promised && text.Length != promised)
            throw new HubFault($"the answer of {url.Host} ended after {text.Length} of {promised} bytes");
        try
        {
            using var document = JsonDocument.Parse(text.GetBuffer().AsMemory(0, (int)text.Length), new JsonDocumentOptions { MaxDepth = Deepest });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UserError($"{HubHttp.Shown(url)}: the answer is not a hub's (no JSON, or too deep): check the endpoint, and whether a proxy or a login page stands in between", inner: error);
        }
    }

    private static UserError TooLarge(Uri url) => new($"{HubHttp.Shown(url)}: the answer is larger than {LargestJson >> 20} MB: refused; check the endpoint");
}
