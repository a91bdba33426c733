// The room's door: a verb's arguments in, a validated recipe out.
namespace FastTune.Config;

/// <summary>Reads recipes: LLaMA-Factory's YAML or JSON files with <c>key=value</c> and <c>--key value</c> overrides.</summary>
public static class RecipeReader
{
    /// <summary>Keys whose values nothing may keep.</summary>
    private static readonly HashSet<string> Secrets = ["hf_hub_token", "ms_hub_token", "om_hub_token", "hub_token"];

    /// <summary>The recipe that <paramref name="arguments"/> (file first, then overrides) describe.</summary>
    /// <exception cref="UserError">Unreadable file, bad syntax, unknown or unsupported key, wrong value, broken rule.</exception>
    public static Recipe Read(Purpose purpose, IReadOnlyList<string> arguments)
    {
        var parts = RecipeArguments.Parse(arguments);
        if (parts.File is null && parts.Settings.Count == 0)
            throw new UserError("a recipe is missing; name a .yaml file or give key=value pairs", exitCode: 2);
        var raw = RawRecipe.Read(parts);
        var settings = Check(purpose, raw, parts.File);
        Support.Refuse(settings);
        return Build(settings, raw, parts.File);
    }

    /// <summary>Typed, checked and derived settings of a raw recipe. Every key of LLaMA-Factory's is read and held to its rules here,
    /// those too that a run does not yet support: <see cref="Support.Refuse"/> is the door behind this one.</summary>
    internal static Settings Check(Purpose purpose, MapNode raw, string? file, DeviceTypes? device = null)
    {
        string place = file is null ? "command line" : Path.GetFileName(file);
        var settings = new Settings(purpose, device);
        foreach (var (name, node) in raw.Items)
        {
            string at = Place.Of(place, node);
            var key = Support.Known(name, purpose, at);
            settings.Give(key, Casting.Cast(key, node, place), at);
        }
        DataRules.Apply(settings, place);
        ModelRules.Apply(settings, place);
        MethodRules.Apply(settings, place);
        if (purpose == Purpose.Train) TrainRules.Apply(settings, place);
        else if (purpose == Purpose.Evaluate) EvaluationRules.Apply(settings, place);
        else InferenceRules.Apply(settings, place);
        QuantizationRules.Apply(settings, place);
        if (purpose == Purpose.Train) TrainDerived.Apply(settings, place);
        Support.Note(settings);
        return settings;
    }

    /// <summary>The records, filled.</summary>
    internal static Recipe Build(Settings settings, MapNode raw, string? file) => new()
    {
        Source = file,
        Purpose = settings.Purpose,
        Model = Binders.Model(settings),
        Data = Binders.Data(settings),
        Method = Binders.Method(settings),
        Optimizer = Binders.Optimizer(settings),
        Training = TrainingBinder.Training(settings),
        Precision = Binders.Precision(settings),
        Generation = Binders.Generation(settings),
        Export = Binders.Export(settings),
        Given = raw.Items.Where(item => !Secrets.Contains(item.Key)).ToDictionary(item => item.Key, item => Kept(settings.Purpose, item.Key, item.Value)),
        Notes = settings.Notes,
    };

    /// <summary>A value as a run keeps it: text that YAML takes for something else (<c>save_strategy: no</c>) stays text.</summary>
    private static object? Kept(Purpose purpose, string name, ConfigNode node) =>
        Casting.Cast(KeyTable.For(purpose)[name], node, name) is string text ? text : node.ToObject();
}
