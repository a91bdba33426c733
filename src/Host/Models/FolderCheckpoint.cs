// Opens a Hugging Face model folder.
using FastTune.Formats;

namespace FastTune.Models;

internal static class FolderCheckpoint
{
    public static Checkpoint Open(string folder)
    {
        var config = ModelConfig.Read(Path.Combine(folder, "config.json"));
        var family = FamilyList.All.First(family => family.Name == config.Spec.Family);
        var tensors = WeightFolder.Open(folder);
        try
        {
            var source = new CheckpointSource(folder, tensors.Tensors, family.KeyOf, family.KeyOf, _ => 0, name => IsUnused(config.Spec, name));
            var weights = CheckpointLoader.Match(config.Spec, source);
            return new Checkpoint(folder, config, weights, tensors)
            {
                GenerationConfig = JsonFile.TryRead(Path.Combine(folder, "generation_config.json")),
            };
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    // Old files store the rope's frequencies, which follow from the config; a tied head may be stored a second time;
    // a value head that was saved with the model is read by those who use it.
    private static bool IsUnused(DecoderSpec spec, string name) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || (spec.TiedHead && name == "lm_head.weight")
        || name.StartsWith("v_head.", StringComparison.Ordinal);
}
