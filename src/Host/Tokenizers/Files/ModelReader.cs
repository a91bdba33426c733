// tokenizer.json's model: BPE, Unigram, WordPiece or WordLevel, also where old files leave the type out.
using System.Text.Json;
using FastTune.Tokenizers.Models;

namespace FastTune.Tokenizers.Files;

internal static class ModelReader
{
    public static IModel Read(JsonPart part) => (part.Type is "" ? Guess(part) : part.Type) switch
    {
        "BPE" => Bpe(part),
        "Unigram" => Unigram(part),
        "WordPiece" => new WordPieceModel(Vocabulary(part), part.Text("unk_token", "[UNK]"), part.Text("continuing_subword_prefix", "##"), part.Number("max_input_chars_per_word", 100)),
        "WordLevel" => new WordLevelModel(Vocabulary(part), part.Text("unk_token", "<unk>")),
        _ => throw part.Unknown("model"),
    };

    private static string Guess(JsonPart part) => part.Has("merges") ? "BPE"
        : part.Has("vocab") && part.Part("vocab").Element.ValueKind == JsonValueKind.Array ? "Unigram"
        : part.Has("continuing_subword_prefix") || part.Has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";

    private static Vocabulary Vocabulary(JsonPart part)
    {
        var vocab = part.Part("vocab");
        if (vocab.Element.ValueKind != JsonValueKind.Object) throw part.Error("vocab", "an object of tokens and ids");
        var ids = new Dictionary<string, int>(vocab.Element.GetPropertyCount());
        foreach (var entry in vocab.Element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id)) throw vocab.Error(entry.Name, "a whole number");
            ids[entry.Name] = id;
        }
        return Models.Vocabulary.Of(ids);
    }

    private static BpeModel Bpe(JsonPart part)
    {
        if (part.Has("dropout") && part.Part("dropout").Element is not { ValueKind: JsonValueKind.Number } || part.Has("dropout") && part.Part("dropout").Element.GetDouble() != 0)
            throw new UserError($"{part.Place}.dropout makes token ids random: set it to null");
        var options = new BpeOptions(part.TextOrNull("unk_token"), part.TextOrNull("continuing_subword_prefix"), part.TextOrNull("end_of_word_suffix"),
            part.Flag("fuse_unk", false), part.Flag("byte_fallback", false), part.Flag("ignore_merges", false));
        var vocabulary = Vocabulary(part);
        return new BpeModel(vocabulary, Merges(part, vocabulary, options.ContinuingSubwordPrefix?.Length ?? 0), options);
    }

    private static List<Merge> Merges(JsonPart part, Vocabulary vocabulary, int prefixLength)
    {
        var merges = new List<Merge>();
        var merged = new char[256];
        foreach (var item in part.Items("merges"))
        {
            var (left, right) = Sides(item);
            int rest = right.Length >= prefixLength ? prefixLength : 0;
            int length = left.Length + right.Length - rest;
            if (merged.Length < length) merged = new char[length * 2];
            left.CopyTo(merged);
            right.AsSpan(rest).CopyTo(merged.AsSpan(left.Length));
            int leftId = vocabulary.Find(left.AsSpan()), rightId = vocabulary.Find(right.AsSpan()), result = vocabulary.Find(merged.AsSpan(0, length));
            if (leftId < 0 || rightId < 0 || result < 0)
                throw new UserError($"{item.Place} merges '{left}' and '{right}', which are not all in the vocabulary: fetch the tokenizer again");
            merges.Add(new Merge(leftId, rightId, result, merges.Count));
        }
        return merges;
    }

    private static (string Left, string Right) Sides(JsonPart item)
    {
        if (item.Element.ValueKind == JsonValueKind.String)
        {
            string text = item.Element.GetString()!;
            int space = text.IndexOf(' ');
            if (space >= 0 && text.IndexOf(' ', space + 1) < 0) return (text[..space], text[(space + 1)..]);
        }
        else if (item.Element is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
            && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.String) return (pair[0].GetString()!, pair[1].GetString()!);
        throw new UserError($"{item.Place} must be two tokens: correct the file");
    }

    private static UnigramModel Unigram(JsonPart part)
    {
        var pieces = new List<(string, double)>();
        foreach (var item in part.Items("vocab"))
        {
            var pair = item.Element;
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.Number)
                throw new UserError($"{item.Place} must be a token and its score: correct the file");
            pieces.Add((pair[0].GetString()!, pair[1].GetDouble()));
        }
        int? unknown = part.Has("unk_id") ? part.Number("unk_id") : null;
        if (unknown is { } id && (uint)id >= (uint)pieces.Count) throw part.Error("unk_id", $"the id of one of the {pieces.Count} tokens");
        return new UnigramModel(pieces, unknown, part.Flag("byte_fallback", false));
    }
}
