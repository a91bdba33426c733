// A model, tokenizer and dataset of a few kilobytes in a temporary folder, and the command run on them in process.
using FastTune.Cli;
using FastTune.Tests.Host.Cli;
using FastTune.Tokenizers;

namespace FastTune.Tests.Host.Train;

/// <summary>A scratch folder with <c>model/</c> (config and tokenizer), <c>data/</c> (30 rows) and a recipe for <c>out/</c>.</summary>
internal sealed class TinyRun : IDisposable
{
    private const string Config = """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 320, "hidden_size": 32, "intermediate_size": 64,
         "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256, "rms_norm_eps": 1e-5,
         "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "torch_dtype": "float32",
         "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
        """;

    private const string Recipe = """
        stage: pt
        do_train: true
        train_from_scratch: true
        finetuning_type: full
        template: chatml
        dataset: rows
        cutoff_len: 64
        per_device_train_batch_size: 2
        learning_rate: 1.0e-2
        max_steps: 6
        logging_steps: 1
        save_steps: 2
        report_to: none
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fasttune-run-").FullName;

    public TinyRun()
    {
        Directory.CreateDirectory(At("model"));
        Directory.CreateDirectory(At("data"));
        File.WriteAllText(At("model", "config.json"), Config);
        string[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
        var rows = Enumerable.Range(0, 30).Select(i => $"The {Animals[i % 5]} number {i} sleeps in the {Places[i % 3]}.").ToArray();
        TokenizerWriter.Write(
            BpeTrainer.TrainByteLevel(rows, 320, special, new SpecialTokens(null, special[2], special[0], null, [])), At("model"));
        WriteRows(rows.Select((row, i) => $$"""{"instruction": "Where is number {{i}}?", "input": "", "output": "{{row}}"}"""));
        File.WriteAllText(At("data", "dataset_info.json"), """{"rows": {"file_name": "rows.jsonl"}}""");
        File.WriteAllText(At("recipe.yaml"), Recipe + $"\nmodel_name_or_path: {At("model")}\ndataset_dir: {At("data")}\noutput_dir: {At("out")}\n");
    }

    private static readonly string[] Animals = ["fox", "cat", "owl", "bear", "hen"], Places = ["barn", "tree", "cave"];

    public string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    public void WriteRows(IEnumerable<string> lines) => File.WriteAllLines(At("data", "rows.jsonl"), lines);

    /// <summary>Runs `fasttune VERB recipe.yaml overrides`; exit code, standard output, standard error.</summary>
    public (int Code, string Out, string Error) Run(string verb, params string[] overrides)
    {
        var terminal = new BufferTerminal();
        int code = Shell.Run([verb, At("recipe.yaml"), .. overrides], terminal);
        return (code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    /// <summary>Runs `fasttune chat` on the trained model in <c>out/</c> with these lines as input.</summary>
    public (int Code, string Out, string Error) Chat(string input, params string[] overrides)
    {
        var terminal = new BufferTerminal(input);
        int code = Shell.Run(["chat", $"model_name_or_path={At("out")}", "template=chatml", .. overrides], terminal);
        return (code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
