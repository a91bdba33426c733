// Writes a tokenizer as Hugging Face's files, whatever it came from.
using System.Text.Encodings.Web;
using System.Text.Json;
using FastTune.Formats;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers;

/// <summary>tokenizer.json, tokenizer_config.json and, where there is one, chat_template.jinja.</summary>
public static class TokenizerWriter
{
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, IndentSize = 2 };

    /// <summary>Writes the files into the folder, each under a temporary name first. Parts that were read from a
    /// tokenizer.json keep their JSON.</summary>
    /// <exception cref="UserError">The folder cannot be written to, or the tokenizer is of another make.</exception>
    public static void Write(ITokenizer tokenizer, string folder, int? modelMaxLength = null)
    {
        var known = tokenizer as Tokenizer ?? throw new UserError("this tokenizer cannot be written as tokenizer.json: copy its files from the base model");
        AtomicFile.Write(Path.Combine(folder, "tokenizer.json"), stream => WriteTokenizer(known, stream));
        AtomicFile.Write(Path.Combine(folder, "tokenizer_config.json"), stream => WriteConfig(known, stream, modelMaxLength));
        if (known.ChatTemplate is { } template) AtomicFile.WriteText(Path.Combine(folder, "chat_template.jinja"), template);
    }

    private static void WriteTokenizer(Tokenizer tokenizer, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, Indented);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        Raw(json, "truncation", tokenizer.Parts.Truncation);
        Raw(json, "padding", tokenizer.Parts.Padding);
        json.WriteStartArray("added_tokens");
        foreach (var token in tokenizer.Pipeline.Added.All)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.LeftStrip);
            json.WriteBoolean("rstrip", token.RightStrip);
            json.WriteBoolean("normalized", token.Normalized);
            json.WriteBoolean("special", token.Special);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Raw(json, "normalizer", tokenizer.Parts.Normalizer);
        Raw(json, "pre_tokenizer", tokenizer.Parts.PreTokenizer);
        Raw(json, "post_processor", tokenizer.Parts.PostProcessor);
        Raw(json, "decoder", tokenizer.Parts.Decoder);
        json.WritePropertyName("model");
        ModelWriter.Write(tokenizer.Pipeline.Model, json);
        json.WriteEndObject();
    }

    private static void WriteConfig(Tokenizer tokenizer, Stream stream, int? modelMaxLength)
    {
        var special = tokenizer.Special;
        using var json = new Utf8JsonWriter(stream, Indented);
        json.WriteStartObject();
        json.WriteBoolean("add_bos_token", tokenizer.AddsBos);
        foreach (var (name, token) in ((string, string?)[])[("bos_token", special.Bos), ("eos_token", special.Eos), ("pad_token", special.Pad), ("unk_token", special.Unk)])
            if (token is null) json.WriteNull(name); else json.WriteString(name, token);
        json.WriteStartArray("additional_special_tokens");
        foreach (string token in special.Additional) json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        if (modelMaxLength is { } length) json.WriteNumber("model_max_length", length);
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }
}
