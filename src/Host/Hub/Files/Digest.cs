// What a file's content must hash to: SHA-256 for large files, git's blob SHA-1 for ordinary ones.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FastTune.Hub;

/// <summary>A hash in lower-case hex digits: 64 of SHA-256, or 40 of git's SHA-1 over <c>blob SIZE\0</c> and the content.</summary>
internal readonly record struct Digest(string Hex)
{
    private const int GitDigits = 40, Sha256Digits = 64;

    public bool IsGit => Hex.Length == GitDigits;

    /// <summary>The digest that hex digits of either length spell, or null.</summary>
    public static Digest? Of(string? text) =>
        text?.Length is GitDigits or Sha256Digits && text.All(char.IsAsciiHexDigit) ? new Digest(text.ToLowerInvariant()) : null;

    public static Digest? OfSha256(string? text) => text?.Length == Sha256Digits ? Of(text) : null;

    /// <summary>A running hash of this kind over content of <paramref name="size"/> bytes.</summary>
    public IncrementalHash Start(long size)
    {
        if (!IsGit) return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
        return hash;
    }

    /// <summary>What the file hashes to, read in one pass.</summary>
    public async Task<string> OfFile(string path, CancellationToken cancel, Action<int>? read = null)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        using var hash = Start(file.Length);
        byte[] buffer = new byte[1 << 20];
        for (int count; (count = await file.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer, 0, count);
            read?.Invoke(count);
        }
        return Finish(hash);
    }

    public static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());

    public override string ToString() => Hex;
}
