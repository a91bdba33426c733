// Asks for bytes of a file from some place on, and believes only an answer that fits.
namespace FastTune.Hub;

/// <summary>The answer holds other bytes than were asked for: begin again from the start.</summary>
internal sealed class StartOver(string why) : Exception(why);

internal static class RangeAnswer
{
    /// <summary>An open answer with exactly the bytes from <paramref name="from"/> to <paramref name="to"/> (inclusive; null: to the end).</summary>
    /// <exception cref="StartOver">The range was ignored, is another one, or lies beyond the end.</exception>
    public static async Task<HttpResponseMessage> Open(HubHttp http, FileSource source, long from, long? to, string? mark, CancellationToken cancel)
    {
        bool ranged = from > 0 || to is not null;
        var request = new HubRequest(HttpMethod.Get, source.Url, source.Credentials, ranged ? from : null, to, ranged ? mark : null);
        var answer = await http.Send(request, cancel).ConfigureAwait(false);
        try
        {
            Require(answer, source, from, to ?? source.Size - 1, ranged);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static void Require(HttpResponseMessage answer, FileSource source, long from, long last, bool ranged)
    {
        int status = (int)answer.StatusCode;
        if (ranged && status is 200 or 416) throw new StartOver(status == 416 ? "the range lies beyond the end" : "the range was ignored");
        if (status == 403 && !Credentials.SameOrigin(answer.RequestMessage!.RequestUri!, source.Url)) throw new HubFault($"the storage's address has expired ({source.Path})");
        source.Check(answer);
        if (ranged && status != 206) throw new StartOver($"status {status} for a range");
        if (answer.Content.Headers.ContentEncoding.Count > 0)
            throw new UserError($"{source.Path}: the answer is compressed though none was asked for: check the endpoint, and whether a proxy changes answers");
        var range = answer.Content.Headers.ContentRange;
        if (status == 206 && (range?.From != from || range.To != last || range.Length is long total && total != source.Size))
            throw new StartOver($"bytes {range} came for {from}-{last}/{source.Size}");
        if (answer.Content.Headers.ContentLength is long length && length != last - from + 1)
            throw new HubFault($"{source.Path}: the hub lists {source.Size} bytes, the answer promises {length} for {last - from + 1} of them");
    }
}
