// A web server on loopback that can also misbehave: cut connections, lie about lengths, answer slowly.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastTune.Tests.Host.Hub;

/// <param name="Target">Path and query as sent.</param>
internal sealed record Seen(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string Path => Target.Split('?')[0];

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());

    /// <summary>The first byte of a Range header, or null.</summary>
    public (long From, long? To)? Range
    {
        get
        {
            if (Header("Range") is not { } range) return null;
            string[] ends = range["bytes=".Length..].Split('-');
            return (long.Parse(ends[0]), ends[1].Length > 0 ? long.Parse(ends[1]) : null);
        }
    }
}

internal sealed record Reply(int Status, byte[] Body)
{
    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Bytes of the body that are sent before the connection is cut; −1: cut before the head is complete.</summary>
    public int? CutAfter { get; init; }

    /// <summary>The Content-Length that is claimed, or null: the true one. −2: none, the end of the connection ends the body.</summary>
    public long? Claims { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>The connection stays open and silent after the body.</summary>
    public bool Stalls { get; init; }

    public Reply With(string name, object? value)
    {
        if (value is not null) Headers.Add((name, value.ToString()!));
        return this;
    }

    public static Reply Json(string text, int status = 200) => new Reply(status, Encoding.UTF8.GetBytes(text)).With("Content-Type", "application/json");

    public static Reply Empty(int status) => new(status, []);
}

internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly Func<Seen, Reply> answer;

    // Tests block pool threads while the server needs some: a pool of two (one a core) would crawl.
    static LocalServer() => ThreadPool.SetMinThreads(32, 32);

    public LocalServer(Func<Seen, Reply> answer)
    {
        this.answer = answer;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _ = Accept();
    }

    public Uri Address { get; }

    public ConcurrentQueue<Seen> Requests { get; } = new();

    public void Dispose()
    {
        ended.Cancel();
        listener.Stop();
    }

    private async Task Accept()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await listener.AcceptTcpClientAsync(ended.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, false, 8192, leaveOpen: true);
                while (await Read(reader) is { } request)
                {
                    Requests.Enqueue(request);
                    if (!await Write(client, stream, request, answer(request))) return;
                }
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side left: that is its right.
            }
        }
    }

    private static async Task<Seen?> Read(StreamReader reader)
    {
        if (await reader.ReadLineAsync() is not { Length: > 0 } line) return null;
        var headers = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            int colon = header.IndexOf(':');
            headers[header[..colon].ToLowerInvariant()] = header[(colon + 1)..].Trim();
        }
        string[] parts = line.Split(' ');
        return new Seen(parts[0], parts[1], headers);
    }

    private async Task<bool> Write(TcpClient client, NetworkStream stream, Seen request, Reply reply)
    {
        if (reply.Delay > TimeSpan.Zero) await Task.Delay(reply.Delay, ended.Token);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Test\r\n");
        if (reply.Claims != -2 && !reply.Headers.Any(header => header.Name == "Content-Length")) head.Append($"Content-Length: {reply.Claims ?? reply.Body.Length}\r\n");
        foreach (var (name, value) in reply.Headers) head.Append($"{name}: {value}\r\n");
        byte[] text = Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
        if (reply.CutAfter == -1)
        {
            await stream.WriteAsync(text.AsMemory(0, text.Length / 2));
            return Reset(client);
        }
        await stream.WriteAsync(text);
        if (request.Method == "HEAD") return true;
        await stream.WriteAsync(reply.Body.AsMemory(0, Math.Min(reply.Body.Length, reply.CutAfter ?? int.MaxValue)));
        await stream.FlushAsync();
        if (reply.Stalls) await Task.Delay(Timeout.Infinite, ended.Token);
        if (reply.CutAfter is null && reply.Claims is null) return true;
        client.Client.Shutdown(SocketShutdown.Send);
        return false;
    }

    private static bool Reset(TcpClient client)
    {
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        return false;
    }
}
