// The families that can be loaded, one a line.
using FastTune.Config;

namespace FastTune.Models;

internal static class FamilyList
{
    public static readonly IReadOnlyList<Family> All = [Llama.Family, Mistral.Family, Qwen2.Family, Qwen3.Family];

    /// <summary>The family of a `model_type`.</summary>
    public static Family ByModelType(string path, string type) =>
        All.FirstOrDefault(family => family.Name == type || family.Aliases.Contains(type))
        ?? throw Unknown(path, "model type", type, [.. All.SelectMany(family => family.Aliases.Prepend(family.Name))]);

    /// <summary>The family of a GGUF file's `general.architecture`.</summary>
    public static Family ByGgufName(string path, string name) =>
        All.FirstOrDefault(family => family.GgufName == name)
        ?? throw Unknown(path, "architecture", name, [.. All.Select(family => family.GgufName).OfType<string>()]);

    private static UserError Unknown(string path, string what, string name, IReadOnlyList<string> known) =>
        new($"{path}: {what} '{name}' is not supported{Nearest.Hint(name, known)}: supported are {string.Join(", ", known)}");
}
