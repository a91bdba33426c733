// The real model in its GGUF file: the spec made from the metadata is that of its config.json, every weight decodes, the tokenizer is there.
using FastTune.Models;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Golden;

public class RealGgufTests
{
    [Fact]
    public void SmolLM2_opens_as_its_config_describes_it()
    {
        string? shared = Shared();
        Assert.SkipWhen(shared is null, "no model beside this checkout (../shared is absent)");
        using var model = Checkpoint.Open(Path.Combine(shared, "models", "smollm2-135m-instruct"));
        var expected = ModelConfig.Read(Path.Combine(shared, "golden", "smollm2", "config.json"));
        Assert.Empty(model.Config.Warnings);
        Assert.Equal(expected.Spec.Layers, model.Spec.Layers);
        Assert.Equal(expected.Spec, model.Spec with { Layers = expected.Spec.Layers });
        Assert.Equal((expected.BosId, expected.PadId), (model.Config.BosId, model.Config.PadId));
        Assert.Equal(expected.EosIds, model.Config.EosIds);
        var row = new float[576];
        foreach (var weight in model.Weights.Where(weight => weight.RowLength == row.Length))
        {
            weight.CopyRows(weight.Rows - 1, 1, row);
            Assert.True(row.All(float.IsFinite) && row.Any(value => value != 0), weight.Key);
        }
        Assert.Equal(49152, GgufTokenizerReader.Read(model.Gguf!).Tokens.Count);
    }

    private static string? Shared()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string shared = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(shared, "models")) && Directory.Exists(Path.Combine(shared, "golden"))) return shared;
        }
        return null;
    }
}
