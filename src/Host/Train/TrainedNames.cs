// Which base weights a method trains, by their names: all of them, or the layers and modules of freeze tuning.
using System.Text.RegularExpressions;
using FastTune.Config;

namespace FastTune.Train;

/// <summary>Rules of LLaMA-Factory's full, freeze and lora tuning on checkpoint keys.</summary>
public static partial class TrainedNames
{
    /// <summary>Whether a key trains. LoRA trains no base weight by itself.</summary>
    /// <param name="layers">Number of decoder layers.</param>
    /// <param name="keys">All keys of the model, to check the recipe's module names.</param>
    /// <exception cref="UserError">A module name that no layer (or no weight outside the layers) has.</exception>
    public static Func<string, bool> Of(MethodOptions method, int layers, IReadOnlyList<string> keys) => method.FinetuningType switch
    {
        "full" => _ => true,
        "freeze" => Freeze(method, layers, keys),
        _ => _ => false,
    };

    private static Func<string, bool> Freeze(MethodOptions method, int layers, IReadOnlyList<string> keys)
    {
        int count = Math.Min(Math.Abs(method.FreezeTrainableLayers), layers);
        int first = method.FreezeTrainableLayers > 0 ? layers - count : 0;
        CheckModules(method, keys);
        var parts = new List<string>();
        for (int layer = first; layer < first + count; layer++)
            foreach (string module in method.FreezeTrainableModules)
                parts.Add(module == "all" ? $".{layer}." : $".{layer}.{module}");
        parts.AddRange(method.FreezeExtraModules);
        return key => parts.Any(part => key.Contains(part, StringComparison.Ordinal));
    }

    private static void CheckModules(MethodOptions method, IReadOnlyList<string> keys)
    {
        string[] inside = [.. keys.Select(key => LayerModule().Match(key)).Where(match => match.Success).Select(match => match.Groups[1].Value).Distinct()];
        foreach (string module in method.FreezeTrainableModules)
            if (module != "all" && !inside.Contains(module))
                throw new UserError($"freeze_trainable_modules: no module '{module}' in the layers; choose among all, {string.Join(", ", inside)}", 2);
        foreach (string module in method.FreezeExtraModules)
            if (!keys.Any(key => key.Contains(module, StringComparison.Ordinal)))
                throw new UserError($"freeze_extra_modules: no weight has '{module}' in its name; choose among embed_tokens, norm, lm_head", 2);
    }

    [GeneratedRegex(@"\.\d+\.([^.]+)\.")]
    private static partial Regex LayerModule();
}
