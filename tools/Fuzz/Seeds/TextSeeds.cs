// Good configuration texts to start from: model configs of each family, an adapter's, recipes in both syntaxes.
using System.Text;

namespace FastTune.Fuzz;

internal static class TextSeeds
{
    public static readonly IReadOnlyList<string> ConfigWords =
    [
        "\"model_type\":", "\"llama\"", "\"qwen2\"", "\"qwen3\"", "\"mistral\"", "\"hidden_size\":", "\"num_hidden_layers\":", "\"rope_scaling\":", "\"rope_parameters\":", "\"yarn\"", "\"llama3\"", "\"longrope\"",
        "\"dynamic\"", "\"layer_types\":", "\"sliding_window\":", "\"head_dim\":", "\"eos_token_id\":", "\"rank_pattern\":", "\"(a+)+$\"", "0", "1e-5", "4096", "1073741824", "2147483648",
    ];

    public static readonly IReadOnlyList<string> RecipeWords =
    [
        "&a ", "*a", "<<: *a\n", "- ", "? ", "|\n", ">-\n", "!!python/object/apply:os.system ", "!!binary ", "%YAML 1.2\n", "---\n", "...\n", "{", "}", "[*a,*a,*a,*a,*a,*a,*a,*a,*a]", "0x", ".inf", "1_000", "~", "yes",
        "stage: sft\n", "learning_rate: ", "dataset: ", "lora_target: ", "max_steps: ", "\t",
    ];

    public static IEnumerable<byte[]> Configs() => Bytes(
        """{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 96, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "max_position_embeddings": 512, "eos_token_id": [2, 3], "bos_token_id": 1, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}""",
        """{"model_type": "llama", "vocab_size": 96, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 8192, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 512}}""",
        """{"model_type": "qwen2", "vocab_size": 96, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "use_sliding_window": true, "sliding_window": 16, "max_window_layers": 1, "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}}""",
        """{"model_type": "qwen3", "vocab_size": 96, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "layer_types": ["full_attention", "full_attention"], "rope_parameters": {"rope_type": "linear", "rope_theta": 1000000, "factor": 2.0}}""",
        """{"model_type": "mistral", "vocab_size": 96, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "sliding_window": 32, "hidden_act": "silu"}""");

    public static IEnumerable<byte[]> Adapters() => Bytes(
        """{"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 8, "lora_alpha": 16, "lora_dropout": 0.05, "target_modules": ["q_proj", "v_proj"], "bias": "none", "use_rslora": true, "rank_pattern": {"q_proj": 4}, "alpha_pattern": {"layers.0.*q_proj": 8}, "modules_to_save": null, "base_model_name_or_path": "x/y"}""",
        """{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_modules": "model\\.layers\\.(0|1)\\..*(q|v)_proj", "layers_to_transform": [0, 1], "exclude_modules": ["lm_head"]}""");

    public static IEnumerable<byte[]> YamlRecipes() => Bytes(
        """
        ### model
        model_name_or_path: models/tiny
        trust_remote_code: true
        stage: sft
        do_train: true
        finetuning_type: lora
        lora_rank: 8
        lora_target: all
        dataset: alpaca_en_demo, identity
        template: llama3
        cutoff_len: 2048
        max_samples: 1_000
        output_dir: saves/run
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 8
        learning_rate: 1.0e-4
        num_train_epochs: 3.0
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        bf16: false
        """,
        """
        base: &base {stage: sft, do_train: true, finetuning_type: full}
        <<: *base
        model_name_or_path: "m"
        dataset: [a, b]
        template: 'qwen'
        output_dir: >-
          saves/
          run
        """).Take(1);

    public static IEnumerable<byte[]> JsonRecipes() => Bytes(
        """{"model_name_or_path": "models/tiny", "stage": "sft", "do_train": true, "finetuning_type": "lora", "lora_target": "q_proj,v_proj", "dataset": "d", "template": "default", "output_dir": "saves/run", "learning_rate": 0.0001, "max_steps": 10}""");

    public static IEnumerable<byte[]> Bytes(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);
}
