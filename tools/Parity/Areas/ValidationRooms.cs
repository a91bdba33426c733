// Probes of validation.json that ask other rooms: templates and datasets.
using System.Text.Json;
using FastTune.Config;

namespace FastTune.Parity;

internal static class ValidationRooms
{
    /// <summary>Lets the rooms that a probe asks for check the recipe; a sentence when a room cannot be asked yet, else null.</summary>
    /// <exception cref="UserError">The room refuses the recipe.</exception>
    public static string? Check(JsonElement probe, Recipe recipe, string folder)
    {
        if (probe.TryGetProperty("_template", out _)) return $"template {recipe.Data.Template}: templates cannot be asked yet";
        if (probe.TryGetProperty("_data", out _) || probe.TryGetProperty("_info", out _)) return $"datasets in {folder} cannot be asked yet";
        return null;
    }
}
