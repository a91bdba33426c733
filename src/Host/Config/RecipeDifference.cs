// Which keys two training recipes disagree on: given values against defaults and derived ones, as the runs would really use them.
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastTune.Config;

/// <summary>A key whose effective values differ, as JSON texts.</summary>
public sealed record KeyDifference(string Key, string Earlier, string Now);

public static class RecipeDifference
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compares the keys of an earlier run, kept as JSON in a file, with a recipe's. Keys that need no work here are left out.</summary>
    /// <exception cref="UserError">The file cannot be read, or is no recipe.</exception>
    public static IReadOnlyList<KeyDifference> Between(string earlierFile, Recipe now)
    {
        Settings earlier = Values(RawRecipe.Read(new RecipeArguments(earlierFile, [])), earlierFile);
        Settings current = Values((MapNode)JsonText.Parse(JsonSerializer.Serialize(now.Given), "recipe"), now.Source ?? "command line");
        return [.. from key in KeyTable.For(Purpose.Train).Values
                where key.Status is KeyStatus.Used or KeyStatus.Later
                let difference = new KeyDifference(key.Name, Text(earlier, key.Name), Text(current, key.Name))
                where difference.Earlier != difference.Now && !SamePath(earlier.Value(key.Name), current.Value(key.Name))
                orderby key.Name
                select difference];
    }

    // Without the look into the output folder that a recipe takes when it may resume.
    private static Settings Values(MapNode raw, string file)
    {
        raw.Items["overwrite_output_dir"] = new ScalarNode(true, "true", 0);
        return RecipeReader.Check(Purpose.Train, raw, file);
    }

    private static string Text(Settings settings, string key) => JsonSerializer.Serialize(settings.Value(key), Json);

    private static bool SamePath(object? one, object? other) =>
        one is string first && other is string second && Path.Exists(first) && Path.Exists(second) && Path.GetFullPath(first) == Path.GetFullPath(second);
}
