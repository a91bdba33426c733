// Rules and derived values of the model keys.
namespace FastTune.Config;

internal static class ModelRules
{
    private static readonly Rule[] Rules =
    [
        new(s => string.IsNullOrEmpty(s.OptionalText("model_name_or_path")), "model_name_or_path is missing; name a model folder or a GGUF file"),
        new(s => s.Int("image_max_pixels") < s.Int("image_min_pixels"), "image_max_pixels is below image_min_pixels"),
        new(s => s.Int("video_max_pixels") < s.Int("video_min_pixels"), "video_max_pixels is below video_min_pixels"),
        new(s => s.OptionalInt("export_quantization_bit") is not null && s.OptionalText("export_quantization_dataset") is null,
            "export_quantization_bit needs calibration rows; set export_quantization_dataset"),
        new(s => s.OptionalText("kt_cpu_activation") is not null && !s.Bool("use_kt"), "kt_cpu_activation is for use_kt only"),
        new(s => s.Int("export_size") < 1, "export_size must be at least 1 (GB a file)"),
        new(s => s.Number("temperature") <= 0 && s.Bool("do_sample"), "temperature must be above 0; set do_sample to false for the likeliest token"),
        new(s => s.Number("top_p") is <= 0 or > 1, "top_p must be above 0 and at most 1"),
        new(s => s.Int("top_k") < 0, "top_k must not be negative; 0 means all tokens"),
        new(s => s.Number("repetition_penalty") <= 0, "repetition_penalty must be above 0; 1 means none"),
    ];

    public static void Apply(Settings s, string place)
    {
        Rule.Check(Rules, s, place);
        if (!s.Is("init_special_tokens", "noise_init") && s.OptionalText("new_special_tokens_config") is null)
        {
            s.Set("init_special_tokens", "noise_init");
            s.Notes.Add("init_special_tokens: no new_special_tokens_config gives descriptions, so noise_init is used");
        }
    }
}
