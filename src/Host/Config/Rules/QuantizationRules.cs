// Rules on adapters and quantised models, the same for training and inference.
namespace FastTune.Config;

internal static class QuantizationRules
{
    private static readonly Rule[] Rules =
    [
        new(s => s.Names("adapter_name_or_path").Count > 0 && !MethodRules.IsLora(s),
            "adapter_name_or_path is for finetuning_type lora only"),
        new(s => Quantised(s) && s.Is("quantization_method", "bnb") && s.OptionalInt("quantization_bit") is not (4 or 8),
            "quantization_bit takes 4 or 8 with quantization_method bnb"),
        new(s => Quantised(s) && !s.Is("finetuning_type", "lora", "oft"), "quantization_bit needs finetuning_type lora or oft"),
        new(s => Quantised(s) && s.Bool("train_from_scratch"), "quantization_bit does not go with train_from_scratch: quantised weights do not train"),
        new(s => Quantised(s) && s.Bool("pissa_init"), "quantization_bit does not go with pissa_init; initialise the adapter beforehand"),
        new(s => Quantised(s) && s.Bool("resize_vocab"), "quantization_bit does not go with resize_vocab"),
        new(s => Quantised(s) && s.Names("adapter_name_or_path").Count > 0 && s.Bool("create_new_adapter"),
            "quantization_bit does not go with create_new_adapter on top of an adapter; merge it first"),
        new(s => Quantised(s) && s.Names("adapter_name_or_path").Count > 1, "quantization_bit takes one adapter; merge them first"),
    ];

    public static void Apply(Settings s, string place) => Rule.Check(Rules, s, place);

    public static bool Quantised(Settings s) => s.OptionalInt("quantization_bit") is not null;
}
