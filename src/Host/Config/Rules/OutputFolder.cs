// What an earlier run left in the output folder: the checkpoint to resume from, or a finished model not to overwrite.
using System.Globalization;

namespace FastTune.Config;

internal static class OutputFolder
{
    private static readonly string[] Weights =
    [
        "adapter_model.safetensors", "adapter_model.bin", "model.safetensors", "model.safetensors.index.json",
        "pytorch_model.bin", "pytorch_model.bin.index.json",
    ];

    /// <summary>The newest <c>checkpoint-N</c> in <paramref name="folder"/>, or null when the folder is free.</summary>
    public static string? LastCheckpoint(string folder, string place)
    {
        if (!Directory.Exists(folder)) return null;
        var last = Directory.EnumerateDirectories(folder, "checkpoint-*").Select(path => (Path: path, Step: Step(path)))
            .Where(found => found.Step >= 0).OrderBy(found => found.Step).LastOrDefault();
        if (last.Path is not null) return last.Path;
        string? finished = Weights.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)));
        if (finished is null) return null;
        throw new UserError($"{place}: output_dir {folder} already holds {finished} and no checkpoint to resume; name another folder or set overwrite_output_dir: true");
    }

    private static long Step(string path)
    {
        string number = Path.GetFileName(path)["checkpoint-".Length..];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : -1;
    }
}
