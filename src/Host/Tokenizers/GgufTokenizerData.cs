// What a GGUF file says about its tokenizer, as plain values: the seam between Formats, which reads files, and this room.
namespace FastTune.Tokenizers;

/// <summary>The tokenizer.ggml.* keys of a GGUF file.</summary>
/// <param name="Model">tokenizer.ggml.model: gpt2 (byte-level BPE), llama (SentencePiece), t5, bert …</param>
/// <param name="Pre">tokenizer.ggml.pre: the name of the pre-tokenizer; null where the file has none.</param>
/// <param name="Tokens">Token texts in id order.</param>
/// <param name="Scores">Scores in id order (SentencePiece models), or null.</param>
/// <param name="Types">Token types in id order (1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte), or null.</param>
/// <param name="Merges">Merges as "left right" in rank order, or null.</param>
/// <param name="AddBos">tokenizer.ggml.add_bos_token; null where the file has none (then the model's kind decides).</param>
/// <param name="AddSpacePrefix">tokenizer.ggml.add_space_prefix; null where the file has none.</param>
public sealed record GgufTokenizerData(
    string Model, string? Pre, IReadOnlyList<string> Tokens, IReadOnlyList<float>? Scores = null, IReadOnlyList<int>? Types = null,
    IReadOnlyList<string>? Merges = null, int? BosId = null, int? EosId = null, int? UnkId = null, int? PadId = null,
    bool? AddBos = null, bool? AddSpacePrefix = null, string? ChatTemplate = null);
