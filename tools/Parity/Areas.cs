// The areas that Parity knows, one a line. Adding an area adds a file under Areas/ and a line here.
namespace FastTune.Parity;

internal static class Areas
{
    public static readonly IArea[] All =
    [
        new AdaptersArea(),
        new Arguments(),
        new Quant.BnbArea(),
        new Quant.CheckpointsArea(),
        new ConfigReading(),
        new Data.AlignedRows(),
        new Data.Collating(),
        new Data.Malformed(),
        new Data.MixingOrders(),
        new Data.RowBuilders(),
        new Data.Stages(),
        new ExampleRecipes(),
        new GgufContainerArea(),
        new GgufDamageArea(),
        new GgufModelsArea(),
        new GgufTypesArea(),
        new GgufWeightsArea(),
        new ModelConfigsArea(),
        new ModelsArea(),
        new Optimizers(),
        new PeftFilesArea(),
        new RandomNumbers(),
        new RunsArea(),
        new Schedules(),
        new SmolLm2Area(),
        new JinjaArea(),
        new TemplatesArea(),
        new TokenizersArea(),
        new Validation(),
        new WeightDamageArea(),
    ];
}
