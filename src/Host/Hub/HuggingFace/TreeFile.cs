// trees/<commit>.json: the list of a commit's files as huggingface_hub 2.4.0 keeps it, so that a second download is one request.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FastTune.Hub;

internal static class TreeFile
{
    private const int Version = 1;

    /// <summary>The files, or null when the list is not there or not of this form.</summary>
    public static IReadOnlyList<RemoteFile>? Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.Length > HubBody.LargestJson) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.GetProperty("format_version").GetInt32() != Version) return null;
            var files = document.RootElement.GetProperty("files");
            return files.GetPropertyCount() > Listing.MostFiles ? null : [.. files.EnumerateObject().Select(Entry)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IOException)
        {
            return null;
        }
    }

    public static void Write(string path, IReadOnlyList<RemoteFile> files)
    {
        var entries = new JsonObject();
        foreach (var file in files)
        {
            var entry = new JsonObject { ["size"] = file.Size, ["blob_id"] = file.BlobId };
            if (file.Digest is { IsGit: false } sha256)
            {
                entry["lfs_sha256"] = sha256.Hex;
                entry["lfs_size"] = file.Size;
            }
            entries[file.Path] = entry;
        }
        NoteFile.Write(path, new JsonObject { ["format_version"] = Version, ["files"] = entries }.ToJsonString());
    }

    private static RemoteFile Entry(JsonProperty file)
    {
        string? blob = JsonField.Text(file.Value, "blob_id");
        long size = (file.Value.TryGetProperty("lfs_size", out var large) && large.ValueKind == JsonValueKind.Number ? large : file.Value.GetProperty("size")).GetInt64();
        Digest? digest = Digest.OfSha256(JsonField.Text(file.Value, "lfs_sha256"));
        if (digest is null && !file.Value.TryGetProperty("lfs_sha256", out _) && Digest.Of(blob) is { IsGit: true } git) digest = git;
        return size >= 0 ? new RemoteFile(file.Name, size, blob, digest) : throw new FormatException("a size below 0");
    }
}
