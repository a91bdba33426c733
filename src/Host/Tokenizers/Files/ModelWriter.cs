// A model as the "model" object of tokenizer.json.
using System.Text.Json;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.Files;

internal static class ModelWriter
{
    public static void Write(IModel model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        switch (model)
        {
            case BpeModel bpe: Bpe(bpe, json); break;
            case UnigramModel unigram: Unigram(unigram, json); break;
            case WordPieceModel words: WordPiece(words, json); break;
            case WordLevelModel words:
                json.WriteString("type", "WordLevel");
                Vocabulary(words.Vocabulary, json);
                json.WriteString("unk_token", words.Unknown);
                break;
            default: throw new InvalidOperationException($"{model.GetType().Name} has no place in tokenizer.json");
        }
        json.WriteEndObject();
    }

    private static void Bpe(BpeModel model, Utf8JsonWriter json)
    {
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        Text(json, "unk_token", model.Options.UnkToken);
        Text(json, "continuing_subword_prefix", model.Options.ContinuingSubwordPrefix);
        Text(json, "end_of_word_suffix", model.Options.EndOfWordSuffix);
        json.WriteBoolean("fuse_unk", model.Options.FuseUnk);
        json.WriteBoolean("byte_fallback", model.Options.ByteFallback);
        json.WriteBoolean("ignore_merges", model.Options.IgnoreMerges);
        Vocabulary(model.Vocabulary, json);
        json.WriteStartArray("merges");
        foreach (var merge in model.Merges.All.OrderBy(m => m.Rank))
        {
            json.WriteStartArray();
            json.WriteStringValue(model.Vocabulary.Token(merge.Left));
            json.WriteStringValue(model.Vocabulary.Token(merge.Right));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void Unigram(UnigramModel model, Utf8JsonWriter json)
    {
        json.WriteString("type", "Unigram");
        if (model.Unknown is { } unknown) json.WriteNumber("unk_id", unknown); else json.WriteNull("unk_id");
        json.WriteStartArray("vocab");
        foreach (var (text, score) in model.Pieces)
        {
            json.WriteStartArray();
            json.WriteStringValue(text);
            json.WriteNumberValue(score);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", model.ByteFallback);
    }

    private static void WordPiece(WordPieceModel model, Utf8JsonWriter json)
    {
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", model.Unknown);
        json.WriteString("continuing_subword_prefix", model.Prefix);
        json.WriteNumber("max_input_chars_per_word", model.MaxCharacters);
        Vocabulary(model.Vocabulary, json);
    }

    private static void Vocabulary(Vocabulary vocabulary, Utf8JsonWriter json)
    {
        json.WriteStartObject("vocab");
        foreach (var (token, id) in vocabulary.Ids.OrderBy(e => e.Value)) json.WriteNumber(token, id);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null) json.WriteNull(name); else json.WriteString(name, value);
    }
}
