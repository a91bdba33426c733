// A recorded run as a recipe of ours: paths made absolute, the output in a scratch folder, earlier runs made first.
using System.Text.Json;
using FastTune.Config;
using FastTune.Train;

namespace FastTune.Parity;

/// <summary>One case folder; its recipe's working folder is the folder above it, or where that has no assets, training/runs beside it.</summary>
internal sealed class RunsCase(string path)
{
    public const string ConfigName = "config.yaml";
    private readonly string _above = Path.GetDirectoryName(path)!, _working = Working(Path.GetDirectoryName(path)!);

    public string Folder => path;

    public JsonElement Curve { get; } = GoldenJson.Load(Path.Combine(path, "curve.json"));

    public Recipe Recipe { get; private set; } = new();

    public RunsTolerance Tolerance => RunsTolerance.Of(Recipe);

    /// <summary>Runs the recipe into a fresh folder below <paramref name="scratch"/>; returns it.</summary>
    /// <param name="overrides">Further <c>key=value</c> settings.</param>
    public string Train(string scratch, params IEnumerable<string> overrides)
    {
        string output = Path.Combine(scratch, "runs", Guid.NewGuid().ToString("N"), Path.GetFileName(path));
        Recipe = RecipeReader.Read(Purpose.Train, [Path.Combine(path, ConfigName), .. Settings(scratch, output), .. overrides]);
        int code = Trainer.Run(Recipe, new QuietTerminal());
        return code == 0 ? output : throw new InvalidOperationException($"the run ended with code {code}");
    }

    /// <summary>tokenized.jsonl: its own, or the one that index.json names for this run.</summary>
    public string? TokenizedPath()
    {
        string own = Path.Combine(path, "tokenized.jsonl"), index = Path.Combine(_above, "index.json");
        if (File.Exists(own)) return own;
        if (!File.Exists(index) || GoldenJson.Load(index).Find(Path.GetFileName(path)) is not { } entry) return null;
        return entry.Text("tokenized") is { } shared && File.Exists(Path.Combine(_above, shared)) ? Path.Combine(_above, shared) : null;
    }

    private static string Working(string above)
    {
        string shared = Path.GetFullPath(Path.Combine(above, "..", "..", "training", "runs"));
        return Directory.Exists(Path.Combine(above, "assets")) || !Directory.Exists(shared) ? above : shared;
    }

    private IEnumerable<string> Settings(string scratch, string output)
    {
        foreach (var (key, value) in Given(path))
        {
            if (key == "output_dir") yield return $"output_dir={output}";
            else if (key == "resume_from_checkpoint" && value is string checkpoint) yield return $"{key}={Earlier(scratch, checkpoint)}";
            else if (value is string text && Absolute(text) is { } absolute) yield return $"{key}={absolute}";
        }
    }

    private static IReadOnlyDictionary<string, object?> Given(string folder) =>
        (IReadOnlyDictionary<string, object?>)RawRecipe.Read(RecipeArguments.Parse([Path.Combine(folder, ConfigName)])).ToObject()!;

    private string? Absolute(string text)
    {
        string[] parts = text.Split(',');
        return text.Contains('/') && parts.All(part => Path.Exists(Path.Combine(_working, part.Trim())))
            ? string.Join(',', parts.Select(part => Path.GetFullPath(Path.Combine(_working, part.Trim())))) : null;
    }

    /// <summary>A checkpoint that another run of the same folder leaves: that run is trained first.</summary>
    private string Earlier(string scratch, string checkpoint)
    {
        string wanted = Path.GetDirectoryName(checkpoint)!;
        string maker = Directory.EnumerateDirectories(_above)
            .First(folder => File.Exists(Path.Combine(folder, ConfigName)) && Given(folder).TryGetValue("output_dir", out object? made) && wanted.Equals(made));
        return Path.Combine(new RunsCase(maker).Train(scratch), Path.GetFileName(checkpoint));
    }

    private sealed class QuietTerminal : ITerminal
    {
        public TextReader In => TextReader.Null;
        public TextWriter Out => TextWriter.Null;
        public TextWriter Error => TextWriter.Null;
        public bool Interactive => false;
        public int Width => 100;
        public CancellationToken NextInterrupt() => CancellationToken.None;
    }
}
