// Makes the quickstart's ingredients, always the same: `dotnet run -c Release --project tools/Quickstart -- [repository root]`.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Formats;
using FastTune.Quickstart;
using FastTune.Tokenizers;

const int Seed = 42, Characters = 600_000, Rows = 400, Vocabulary = 2048;
const string Start = "<|im_start|>", End = "<|im_end|>", Padding = "<|endoftext|>";
var indented = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

string root = args is [var given] ? given : ".";
if (!File.Exists(Path.Combine(root, "FastTune.sln"))) throw new ArgumentException($"{root} is not the repository's root: run it there, or name the root");
string build = Path.Combine(root, "saves/quickstart_make"), model = Path.Combine(build, "model"), data = Path.Combine(root, "examples/quickstart_data");
string[] texts = [.. PretrainingText.Paragraphs(Characters, Seed)];
var rows = InstructionSet.Rows(Rows, Seed);

WriteJson(Path.Combine(build, "text.json"), new JsonArray([.. texts.Select(text => new JsonObject { ["text"] = text })]));
WriteJson(Path.Combine(build, "dataset_info.json"), new JsonObject
{
    ["quickstart_text"] = new JsonObject { ["file_name"] = "text.json", ["columns"] = new JsonObject { ["prompt"] = "text" } },
});
WriteJson(Path.Combine(data, "quickstart.json"), new JsonArray([.. rows.Select(row =>
    new JsonObject { ["instruction"] = row.Instruction, ["input"] = row.Input, ["output"] = row.Output })]));
WriteJson(Path.Combine(data, "dataset_info.json"), new JsonObject { ["quickstart"] = new JsonObject { ["file_name"] = "quickstart.json" } });

// The roles' names and the questions are in the texts, so that a chat takes few tokens.
var spoken = rows.Select(row => $"user\n{row.Instruction}\nassistant\n{row.Output}\nsystem\n");
var tokenizer = BpeTrainer.TrainByteLevel(texts.Concat(spoken), Vocabulary, [Padding, Start, End], new SpecialTokens(Start, End, Padding, Padding, []));
TokenizerWriter.Write(tokenizer, model, modelMaxLength: 512);
WriteJson(Path.Combine(model, "config.json"), Config(tokenizer));
Console.WriteLine($"{texts.Length:N0} paragraphs, {texts.Sum(text => text.Length):N0} characters; {rows.Count} rows; {tokenizer.VocabularySize:N0} tokens, {texts.Sum(text => tokenizer.Encode(text).Length):N0} in the text");

void WriteJson(string path, JsonNode json) => AtomicFile.WriteText(path, json.ToJsonString(indented) + "\n");

static JsonObject Config(Tokenizer tokenizer) => new()
{
    ["architectures"] = new JsonArray("LlamaForCausalLM"),
    ["model_type"] = "llama",
    ["vocab_size"] = tokenizer.VocabularySize,
    ["hidden_size"] = 128,
    ["intermediate_size"] = 352,
    ["num_hidden_layers"] = 4,
    ["num_attention_heads"] = 4,
    ["num_key_value_heads"] = 2,
    ["head_dim"] = 32,
    ["hidden_act"] = "silu",
    ["max_position_embeddings"] = 512,
    ["rms_norm_eps"] = 1e-5,
    ["rope_theta"] = 10000.0,
    ["tie_word_embeddings"] = true,
    ["attention_bias"] = false,
    ["mlp_bias"] = false,
    ["bos_token_id"] = tokenizer.TokenToId(Start),
    ["eos_token_id"] = tokenizer.TokenToId(End),
    ["pad_token_id"] = tokenizer.TokenToId(Padding),
    ["torch_dtype"] = "float32",
};
