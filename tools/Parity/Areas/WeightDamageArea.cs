// Broken and hostile weight files: `cases.json` lists, per folder, which must be refused in one line and which must open; nothing may run.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Parity;

internal sealed class WeightDamageArea : IArea
{
    private const string Trace = "pwned_by_pickle";

    // Folder and key of the list, and who reads the files in it.
    private static readonly Dictionary<string, Func<string, TensorSet>> _readers = new(StringComparer.Ordinal)
    {
        ["safetensors"] = Safetensors.Open,
        ["pickle"] = PyTorchFile.Open,
    };

    public string Name => "weights-bad";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string list = Path.Combine(path, "cases.json");
        if (!File.Exists(list)) yield break;
        using var json = JsonDocument.Parse(File.ReadAllText(list));
        if (json.RootElement.ValueKind != JsonValueKind.Object) yield break;
        foreach (var (kind, open) in _readers)
        {
            if (!json.RootElement.TryGetProperty(kind, out var entries) || entries.ValueKind != JsonValueKind.Array) continue;
            foreach (var entry in entries.EnumerateArray())
            {
                if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("file", out var file) || !entry.TryGetProperty("outcome", out var outcome)) continue;
                string name = file.GetString()!, expected = outcome.GetString()!;
                yield return new Case($"{kind}/{Path.GetFileNameWithoutExtension(name)}", () => Check(Path.Combine(path, kind, name), open, expected));
            }
        }
    }

    private static Verdict Check(string path, Func<string, TensorSet> open, string expected)
    {
        var verdict = Opened(path, open, expected);
        bool ran = new[] { Path.GetDirectoryName(path)!, Environment.CurrentDirectory, Path.GetTempPath() }.Any(folder => File.Exists(Path.Combine(folder, Trace)));
        return ran ? Verdict.Fail($"code of the file ran: there is a file {Trace}") : verdict;
    }

    private static Verdict Opened(string path, Func<string, TensorSet> open, string expected)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var set = open(path);
            foreach (var tensor in set.Tensors.Values) _ = tensor.Bytes;
            return expected == "error" ? Verdict.Fail("accepted") : Verdict.Pass(0, $"{set.Tensors.Count} tensors");
        }
        catch (UserError error)
        {
            if (error.Message.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0) return Verdict.Fail("the message has control characters");
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > 100L << 20) return Verdict.Fail($"{allocated} bytes were allocated");
            return expected == "ok" ? Verdict.Fail(error.Message) : Verdict.Pass(0, error.Message.Replace(path, "", StringComparison.Ordinal));
        }
    }
}
