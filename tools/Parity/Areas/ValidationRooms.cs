// Probes of validation.json that ask other rooms: templates and datasets.
using System.Text.Json;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;

namespace FastTune.Parity;

internal static class ValidationRooms
{
    private const string Tokenizer = "qwen3", Dataset = "d";

    /// <summary>Lets the rooms that a probe asks for check the recipe: <c>_template</c> binds it, <c>_data</c> prepares its rows,
    /// <c>_info</c> and <c>_files</c> are a dataset folder of the probe's own.</summary>
    /// <param name="file">The golden file; tokenizers lie in a folder above it.</param>
    /// <param name="folder">Where the probe's dataset folder is made.</param>
    /// <exception cref="UserError">The room refuses the recipe.</exception>
    public static void Check(JsonElement probe, Recipe recipe, string file, string folder)
    {
        bool own = probe.TryGetProperty("_info", out var info);
        if (!own && !probe.TryGetProperty("_template", out _) && !probe.TryGetProperty("_data", out _)) return;
        var data = recipe.Data;
        if (own) data = data with { DatasetDir = Datasets(probe, info, Path.Combine(folder, "datasets")), Dataset = [Named(info)] };
        var options = new TemplateOptions(data.DefaultSystem, data.ToolFormat);
        var template = ChatTemplates.Find(data.Template, GoldenTokenizers.Load(Path.GetDirectoryName(Path.GetFullPath(file))!, Tokenizer), options);
        DatasetLoader.Load(new DataRequest(data, recipe.Method.Stage, template, recipe.Training.Seed));
    }

    private static string Named(JsonElement info) => info.EnumerateObject().Select(entry => entry.Name).FirstOrDefault(Dataset);

    private static string Datasets(JsonElement probe, JsonElement info, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "dataset_info.json"), info.GetRawText());
        if (!probe.TryGetProperty("_files", out var files)) return folder;
        foreach (var item in files.EnumerateObject())
        {
            string path = Path.Combine(folder, item.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, item.Value.GetString());
        }
        return folder;
    }
}
