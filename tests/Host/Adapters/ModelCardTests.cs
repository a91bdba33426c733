// The model card: front matter that YAML reads back, and sections only for what there is.
using FastTune.Adapters;
using Xunit;
using YamlDotNet.Serialization;

namespace FastTune.Tests.Host.Adapters;

public class ModelCardTests
{
    [Theory]
    [InlineData("org/model")]
    [InlineData("../a: b #c")]
    [InlineData("it's:")]
    public void Front_matter_reads_back(string name)
    {
        var card = new ModelCard("out", name, "lora", ["identity", "alpaca"], [("Loss", "1.5")], [("seed", "42")], [["Loss", "Step"], ["1.5", "4"]], [("FastTune", "0.1.0")]);
        string text = card.Text();
        var front = new Deserializer().Deserialize<Dictionary<string, object>>(text.Split("---\n")[1]);
        Assert.Equal(("peft", name), (front["library_name"], front["base_model"]));
        Assert.Equal([$"base_model:adapter:{name}", "llama-factory", "lora", "transformers"], ((List<object>)front["tags"]).Cast<string>());
        Assert.Contains("on the identity, the alpaca datasets.\nIt achieves", text);
        Assert.Contains("| Loss | Step |\n|:----:|:----:|\n| 1.5 | 4 |\n", text);
        Assert.DoesNotContain("evaluation set", (card with { Evaluation = [] }).Text());
    }
}
