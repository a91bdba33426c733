// One request to a hub, and the secrets that may go with it to one host only.
namespace FastTune.Hub;

/// <summary>Headers that only <see cref="Origin"/> may see: scheme, host and port must be the same.</summary>
internal sealed record Credentials(Uri Origin, IReadOnlyList<(string Name, string Value)> Headers)
{
    public bool For(Uri url) => SameOrigin(Origin, url);

    public static bool SameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Port == right.Port && string.Equals(left.IdnHost, right.IdnHost, StringComparison.OrdinalIgnoreCase);
}

/// <param name="From">First byte wanted, or null: the whole.</param>
/// <param name="To">Last byte wanted, or null: to the end.</param>
/// <param name="IfRange">The storage's mark of the version that the range belongs to.</param>
/// <param name="StayHome">A redirect to another host is an answer, not followed.</param>
internal sealed record HubRequest(
    HttpMethod Method, Uri Url, Credentials? Credentials, long? From = null, long? To = null, string? IfRange = null, bool StayHome = false);
