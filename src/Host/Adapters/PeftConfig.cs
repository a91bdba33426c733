// adapter_config.json of PEFT for LoRA: what of it changes results, as a record, and the questions PEFT asks of it.
using System.Globalization;
using System.Text.RegularExpressions;

namespace FastTune.Adapters;

/// <summary>A LoRA adapter's settings. Patterns follow PEFT 0.18: keys are regular expressions that match a module's whole path or its tail after a dot.</summary>
public sealed record PeftConfig
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>Rank of modules that no pattern names.</summary>
    public required int R { get; init; }

    /// <summary>Alpha of modules that no pattern names; the delta is scaled by alpha / r.</summary>
    public required double LoraAlpha { get; init; }

    public double LoraDropout { get; init; }

    /// <summary>The scale is alpha / sqrt(r).</summary>
    public bool UseRslora { get; init; }

    /// <summary>Weight-decomposed: the file holds a magnitude for every output (arXiv 2402.09353).</summary>
    public bool UseDora { get; init; }

    /// <summary>B has a bias.</summary>
    public bool LoraBias { get; init; }

    /// <summary>Which of the base's biases the file holds: `none`, `all`, `lora_only`.</summary>
    public string Bias { get; init; } = "none";

    /// <summary>Names of targets: a module is one when it has that name or ends with it after a dot. Empty when <see cref="TargetPattern"/> is given.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>Regular expression that a target's whole path matches, or null.</summary>
    public string? TargetPattern { get; init; }

    /// <summary>Names of modules that are left out, as <see cref="TargetModules"/>.</summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>Modules that are trained and stored whole.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Layers that have targets; null: all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>How the base was named; for the reader's eye, never followed.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Rank of a module, from its path such as `model.layers.0.self_attn.q_proj`.</summary>
    public int RankOf(string module) => Pattern(RankPattern.Keys, module) is { } key ? RankPattern[key] : R;

    /// <summary>Factor on B A x.</summary>
    public double ScaleOf(string module)
    {
        double alpha = Pattern(AlphaPattern.Keys, module) is { } key ? AlphaPattern[key] : LoraAlpha;
        int rank = RankOf(module);
        return alpha / (UseRslora ? Math.Sqrt(rank) : rank);
    }

    /// <summary>True when PEFT would put an adapter on this module.</summary>
    public bool Targets(string module)
    {
        if (ExcludeModules.Any(name => IsNamed(module, name))) return false;
        if (TargetPattern is not null) return Matches($"^(?:{TargetPattern})$", module);
        if (TargetModules.Contains(module)) return true;
        return TargetModules.Any(name => IsNamed(module, name)) && IsInLayers(module);
    }

    /// <summary>True when the module is trained whole.</summary>
    public bool Saves(string module) => ModulesToSave.Any(name => IsNamed(module, name));

    private bool IsInLayers(string module)
    {
        if (LayersToTransform is null) return true;
        var layer = Regex.Match(module, @"\.[^.]*\.(\d+)\.", RegexOptions.None, _patience);
        return layer.Success && int.TryParse(layer.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && LayersToTransform.Contains(index);
    }

    private static bool IsNamed(string module, string name) => module == name || module.EndsWith("." + name, StringComparison.Ordinal);

    private static string? Pattern(IEnumerable<string> keys, string module) =>
        keys.FirstOrDefault(key => Matches($@"^(?:.*\.)?(?:{key})$", module));

    private static bool Matches(string pattern, string module)
    {
        try
        {
            return Regex.IsMatch(module, pattern, RegexOptions.CultureInvariant, _patience);
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw new UserError($"adapter_config.json: the pattern '{pattern}' is not a regular expression that can be used ({error.Message.ReplaceLineEndings(" ")}): name the modules instead", inner: error);
        }
    }
}
