// Broken and hostile GGUF files: `cases.json` says which must be refused (in one line, without a crash) and which must open.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

internal sealed class GgufDamageArea : IArea
{
    public string Name => "gguf-bad";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string list = Path.Combine(path, "cases.json");
        if (!File.Exists(list)) yield break;
        using var json = JsonDocument.Parse(File.ReadAllText(list));
        if (json.RootElement.ValueKind != JsonValueKind.Array) yield break;
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            if (!entry.TryGetProperty("file", out var file) || file.GetString() is not { } name || !name.EndsWith(".gguf", StringComparison.Ordinal)
                || !entry.TryGetProperty("outcome", out var outcome)) yield break;
            string expected = outcome.GetString()!;
            yield return new Case(Path.GetFileNameWithoutExtension(name), () => Check(Path.Combine(path, name), expected));
        }
    }

    private static Verdict Check(string path, string expected)
    {
        try
        {
            using var file = GgufFile.Open(path);
            FamilyList.ByGgufName(path, file.Architecture);
            return expected == "error" ? Verdict.Fail("accepted") : Verdict.Pass();
        }
        catch (UserError error)
        {
            if (error.Message.Contains('\n')) return Verdict.Fail("the message has several lines");
            return expected == "ok" ? Verdict.Fail(error.Message) : Verdict.Pass(0, error.Message.Replace(path, "", StringComparison.Ordinal));
        }
    }
}
