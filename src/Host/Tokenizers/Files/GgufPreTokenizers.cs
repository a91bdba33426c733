// llama.cpp's names of pre-tokenizers (tokenizer.ggml.pre) and the tokenizer.json parts that mean the same.
using System.Text.Json;
using FastTune.Tokenizers.Patterns;

namespace FastTune.Tokenizers.Files;

internal static class GgufPreTokenizers
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string BytesOnly = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}""";
    private const string Digits = """{"type":"Digits","individual_digits":true}""";
    private const string Punctuation = """{"type":"Punctuation","behavior":"Contiguous"}""";
    private const string Nfc = """{"type":"NFC"}""";

    private static readonly Dictionary<string, PartsJson> Known = new()
    {
        ["gpt-2"] = Of(ByteLevel),
        ["gpt2"] = Of(ByteLevel),
        ["default"] = Of(ByteLevel),
        ["phi-2"] = Of(ByteLevel),
        ["mpt"] = Of(ByteLevel),
        ["olmo"] = Of(ByteLevel),
        ["jais"] = Of(ByteLevel),
        ["smollm"] = Of(Sequence(Digits, ByteLevel)),
        ["starcoder"] = Of(Sequence(Digits, ByteLevel)),
        ["refact"] = Of(Sequence(Digits, ByteLevel)),
        ["command-r"] = Of(Sequence(Digits, ByteLevel)),
        ["falcon"] = Of(Sequence(Punctuation, ByteLevel, """{"type":"Digits","individual_digits":false}""", Split("[0-9][0-9][0-9]"))),
        ["llama3"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["llama-v3"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["llama-bpe"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["falcon3"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["dbrx"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["smaug-bpe"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["chatglm-bpe"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["glm4"] = Of(Sequence(Split(KnownPatterns.Llama3), BytesOnly)),
        ["qwen2"] = Of(Sequence(Split(KnownPatterns.Qwen2), BytesOnly), Nfc),
        ["deepseek-r1-qwen"] = Of(Sequence(Split(KnownPatterns.Qwen2), BytesOnly), Nfc),
        ["stablelm2"] = Of(Sequence(Split(KnownPatterns.Qwen2), BytesOnly)),
        ["hunyuan"] = Of(Sequence(Split(KnownPatterns.Qwen2), BytesOnly)),
        ["megrez"] = Of(Sequence(Split(KnownPatterns.Qwen2), BytesOnly)),
        ["qwen35"] = Of(Sequence(Split(KnownPatterns.Qwen35), BytesOnly), Nfc),
        ["deepseek-v3"] = Of(Sequence(Split(KnownPatterns.DeepSeekDigits), Split(KnownPatterns.DeepSeekCjk), Split(KnownPatterns.DeepSeek3), BytesOnly)),
        ["tekken"] = Of(Sequence(Split(KnownPatterns.Tekken), BytesOnly)),
        ["gpt-4o"] = Of(Sequence(Split(KnownPatterns.O200k), BytesOnly)),
        ["llama4"] = Of(Sequence(Split(KnownPatterns.O200k), BytesOnly)),
    };

    private static readonly HashSet<string> WholeWords = ["llama3", "llama-v3", "llama-bpe", "falcon3", "tekken", "gpt-4o"];

    /// <summary>Parts of a byte-level tokenizer; without a name, GPT-2's.</summary>
    public static PartsJson Parts(string? pre) => Known.TryGetValue(pre ?? "default", out var parts) ? parts
        : throw new UserError($"GGUF file's tokenizer.ggml.pre is '{pre}', which is not supported: use the model's Hugging Face folder");

    /// <summary>True where a word that is a token is taken whole.</summary>
    public static bool IgnoresMerges(string? pre) => pre is not null && WholeWords.Contains(pre);

    /// <summary>Parts of a SentencePiece tokenizer.</summary>
    public static PartsJson SentencePieceParts(bool spacePrefix)
    {
        string prepend = spacePrefix ? """{"type":"Prepend","prepend":"▁"},""" : "";
        string strip = spacePrefix ? """,{"type":"Strip","content":" ","start":1,"stop":0}""" : "";
        return new PartsJson(
            $$$"""{"type":"Sequence","normalizers":[{{{prepend}}}{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""", "null", "null",
            $$$"""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}{{{strip}}}]}""");
    }

    private static PartsJson Of(string preTokenizer, string normalizer = "null") => new(normalizer, preTokenizer, BytesOnly, ByteLevel);

    private static string Sequence(params string[] parts) => $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', parts)}}]}""";

    private static string Split(string regex) =>
        $$$"""{"type":"Split","pattern":{"Regex":{{{JsonSerializer.Serialize(regex, TokenizerWriter.Plain)}}}},"behavior":"Isolated","invert":false}""";
}
