// Golden area: examples.json (LLaMA-Factory's example recipes): each is accepted as it stands.
using System.Text.Json;
using FastTune.Config;

namespace FastTune.Parity;

internal sealed class ExampleRecipes : IArea
{
    public string Name => "examples";

    public IEnumerable<Case> Find(string path, ParityOptions options) =>
        from document in JsonFiles.At(path)
        where document.Root.TryGetProperty("keys_used", out _)
        from item in JsonFiles.List(document.Root, "files", "file", "kind")
        where item.TryGetProperty("values", out _)
        select new Case(item.GetProperty("file").GetString()!, () => Check(item));

    private static Verdict Check(JsonElement item)
    {
        var purpose = item.GetProperty("kind").GetString() switch
        {
            "train" => Purpose.Train,
            "export" => Purpose.Export,
            _ => Purpose.Infer,
        };
        string file = Path.GetFileName(item.GetProperty("file").GetString()!);
        var raw = RawRecipe.ParseFile("recipe.json", item.GetProperty("values").GetRawText());
        var recipe = RecipeReader.Build(RecipeReader.Check(purpose, raw, file), raw, file);
        return recipe.Model.ModelNameOrPath.Length > 0 ? Verdict.Pass(detail: $"{recipe.Notes.Count} notes") : Verdict.Fail("no model");
    }
}
