// Config keys that do not change what the model computes, with the reason; any other key that no family reads is named in a warning.
namespace FastTune.Models;

internal static class IgnoredKeys
{
    private static readonly (string Reason, string Keys)[] _groups =
    [
        ("says where the file came from",
            "_name_or_path name_or_path architectures transformers_version unsloth_version unsloth_fixed"),
        ("code from the model folder is never run", "auto_map"),
        ("chose the family", "model_type"),
        ("weights say their own type", "torch_dtype dtype use_bfloat16"),
        ("token ids are read elsewhere",
            "bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id tokenizer_class prefix"),
        ("a switch of the library's runtime",
            "use_cache output_attentions output_hidden_states return_dict torchscript tf_legacy_loss chunk_size_feed_forward "
            + "_attn_implementation_autoset _attn_implementation attn_implementation _flash_attn_2_enabled pruned_heads "
            + "is_encoder_decoder is_decoder add_cross_attention cross_attention_hidden_size tie_encoder_decoder rope_interleaved"),
        ("a split of the matrix products that changes rounding only", "pretraining_tp"),
        ("concerns the making of the model", "initializer_range"),
        ("classification heads are not used", "id2label label2id problem_type finetuning_task"),
        ("generation settings are read from generation_config.json",
            "task_specific_params max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature "
            + "top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids "
            + "num_return_sequences output_scores return_dict_in_generate forced_bos_token_id forced_eos_token_id remove_invalid_values "
            + "exponential_decay_length_penalty suppress_tokens begin_suppress_tokens"),
    ];

    /// <summary>Reason by key.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reasons = _groups
        .SelectMany(group => group.Keys.Split(' ').Select(key => (key, group.Reason)))
        .ToDictionary(entry => entry.key, entry => entry.Reason, StringComparer.Ordinal);
}
