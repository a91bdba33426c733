// Requests as hubs need them: no compression, redirects by hand (secrets stay with their host), every wait bounded.
using System.Net;
using System.Net.Http.Headers;

namespace FastTune.Hub;

/// <summary>The one place that opens connections. Offline, none is opened. Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.</summary>
internal sealed class HubHttp(HubSettings settings) : IDisposable
{
    private const int MostHops = 5;

    private static readonly string Agent = $"fasttune/{typeof(HubHttp).Assembly.GetName().Version!.ToString(3)}";

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = settings.AnswerTimeout,
        MaxResponseHeadersLength = 64,
        MaxConnectionsPerServer = 64,
        ActivityHeadersPropagator = null,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => client.Dispose();

    /// <summary>The answer's head; its body is read by the caller, who disposes it.</summary>
    /// <exception cref="HubFault">What another attempt may mend.</exception>
    /// <exception cref="HubUnreachable">No connection can be made.</exception>
    /// <exception cref="UserError">A redirect that is refused, an answer that is not HTTP.</exception>
    public async Task<HttpResponseMessage> Send(HubRequest request, CancellationToken cancel)
    {
        if (settings.Offline) throw new InvalidOperationException("a request in offline mode");
        var url = request.Url;
        bool home = true;
        for (int hop = 0; ; hop++)
        {
            home &= request.Credentials is null || request.Credentials.For(url);
            var answer = await One(request, url, home, cancel).ConfigureAwait(false);
            if (Target(answer, url) is not { } next) return answer;
            if (request.StayHome && !Credentials.SameOrigin(request.Url, next)) return answer;
            answer.Dispose();
            if (hop == MostHops) throw new UserError($"{Shown(request.Url)}: more than {MostHops} redirects; check the endpoint");
            if (next.Scheme is not ("http" or "https") || url.Scheme == "https" && next.Scheme == "http")
                throw new UserError($"{Shown(url)}: redirects to {Shown(next)}, which is not encrypted or no web address: refused; check the endpoint");
            url = next;
        }
    }

    /// <summary>An address without its query, which may hold a signature.</summary>
    public static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);

    private async Task<HttpResponseMessage> One(HubRequest request, Uri url, bool home, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(request.Method, url);
        message.Headers.TryAddWithoutValidation("User-Agent", Agent);
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (request.From is long from) message.Headers.Range = new RangeHeaderValue(from, request.To);
        if (request.IfRange is not null) message.Headers.TryAddWithoutValidation("If-Range", request.IfRange);
        if (home && request.Credentials is { } secrets)
            foreach (var (name, value) in secrets.Headers) message.Headers.TryAddWithoutValidation(name, value);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(settings.AnswerTimeout);
        try
        {
            return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HubFault($"{url.Host} gave no answer within {settings.AnswerTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException error)
        {
            throw Fault(url, error);
        }
    }

    private static Exception Fault(Uri url, HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new HubUnreachable($"{url.Host} has no address: check the network and the endpoint", error),
        HttpRequestError.ConnectionError => new HubUnreachable($"no connection to {url.Host}:{url.Port} ({error.Message})", error),
        HttpRequestError.ProxyTunnelError => new HubUnreachable($"the proxy gives no way to {url.Host} ({error.Message})", error),
        HttpRequestError.SecureConnectionError => new UserError($"{url.Host}: no trusted encrypted connection ({error.InnerException?.Message ?? error.Message}): check the endpoint and the machine's certificates", inner: error),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError =>
            new UserError($"{url.Host}: its answer is not HTTP as it should be ({error.Message}): check the endpoint", inner: error),
        _ => new HubFault($"the connection to {url.Host} broke ({error.InnerException?.Message ?? error.Message})", inner: error),
    };

    private static Uri? Target(HttpResponseMessage answer, Uri url)
    {
        if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return null;
        string? text = answer.Headers.TryGetValues("Location", out var values) ? values.First() : null;
        if (text is not null && Uri.TryCreate(url, text, out var next)) return next;
        answer.Dispose();
        throw new UserError($"{Shown(url)}: redirects without saying where to; check the endpoint");
    }
}
