// Where the bytes of a file come from and what they must be.
namespace FastTune.Hub;

/// <param name="Size">Bytes, as the hub lists them.</param>
/// <param name="Digest">What they must hash to; null: only the size can be checked.</param>
/// <param name="Check">Throws what a refusal of this hub means.</param>
internal sealed record FileSource(string Path, Uri Url, long Size, Digest? Digest, Credentials? Credentials, Action<HttpResponseMessage> Check)
{
    /// <summary>Names the content in the journal of a partial file.</summary>
    public string Key => Digest?.Hex ?? HubHttp.Shown(Url) + Url.Query;
}
