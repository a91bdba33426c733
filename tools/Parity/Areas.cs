// The areas that Parity knows, one a line. Adding an area adds a file under Areas/ and a line here.
namespace FastTune.Parity;

internal static class Areas
{
    public static readonly IArea[] All =
    [
        new Arguments(),
        new ConfigReading(),
        new ExampleRecipes(),
        new Data.RowBuilders(),
        new Data.Collating(),
        new Data.MixingOrders(),
        new Data.AlignedRows(),
        new Data.Stages(),
        new Data.Malformed(),
        new RandomNumbers(),
        new Schedules(),
        new Optimizers(),
        new TemplatesArea(),
        new TokenizersArea(),
        new Validation(),
        new GgufTypesArea(),
        new GgufContainerArea(),
        new GgufDamageArea(),
        new GgufWeightsArea(),
        new ModelConfigsArea(),
        new PeftFilesArea(),
    ];
}
