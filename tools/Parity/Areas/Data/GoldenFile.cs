// Golden JSON files of the data area: recognised by what stands at their beginning, read and compared.
using System.Text.Json;

namespace FastTune.Parity.Data;

internal static class GoldenFile
{
    private const int HeadLength = 600;

    /// <summary>The JSON files at <paramref name="path"/> (a file, or a folder and its children named in <paramref name="folders"/>)
    /// whose beginning holds all the <paramref name="marks"/>.</summary>
    public static IEnumerable<string> Find(string path, string[] marks, params string[] folders)
    {
        if (File.Exists(path)) return path.EndsWith(".json", StringComparison.Ordinal) && Holds(path, marks) ? [path] : [];
        if (!Directory.Exists(path)) return [];
        return folders.Select(folder => Path.Combine(path, folder)).Where(Directory.Exists).Append(path)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.json"))
            .Order(StringComparer.Ordinal).Where(file => Holds(file, marks));
    }

    private static bool Holds(string file, string[] marks)
    {
        using var reader = new StreamReader(file);
        var buffer = new char[HeadLength];
        string head = new(buffer, 0, reader.ReadBlock(buffer));
        return Array.TrueForAll(marks, mark => head.Contains(mark, StringComparison.Ordinal));
    }

    public static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }

    public static int[] Ints(this JsonElement list) => list.EnumerateArray().Select(item => item.GetInt32()).ToArray();

    public static int[] Ints(this JsonElement of, string key) => of.GetProperty(key).Ints();

    public static bool Flag(this JsonElement of, string key) => of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    public static int Int(this JsonElement of, string key) => of.GetProperty(key).GetInt32();

    public static string Text(this JsonElement of, string key) => of.GetProperty(key).GetString()!;

    /// <summary>The wanted value of a key: that of <c>right</c> where the reference is marked as wrong.</summary>
    public static JsonElement Right(this JsonElement of, string key) =>
        of.TryGetProperty("right", out var right) && right.ValueKind == JsonValueKind.Object && right.TryGetProperty(key, out var value)
            ? value : of.GetProperty(key);

    /// <summary>Null when equal, else one line that says where the first difference is.</summary>
    public static string? Difference(string what, IReadOnlyList<int> want, IReadOnlyList<int> got)
    {
        if (want.Count != got.Count) return $"{what}: length {got.Count}, expected {want.Count}";
        for (int i = 0; i < want.Count; i++)
            if (want[i] != got[i]) return $"{what}[{i}] is {got[i]}, expected {want[i]}";
        return null;
    }

    public static Verdict Verdict(params string?[] differences) =>
        differences.FirstOrDefault(difference => difference is not null) is { } first ? Parity.Verdict.Fail(first) : Parity.Verdict.Pass();
}
