// tokenizer.json's normalizers, pre-tokenizers, post-processors and decoders: from their JSON to the parts that run.
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers.Decoders;
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.PostProcessors;
using FastTune.Tokenizers.PreTokenizers;

namespace FastTune.Tokenizers.Files;

internal static class ComponentReader
{
    public static INormalizer Normalizer(JsonPart part) => part.Type switch
    {
        "Sequence" => new NormalizerSequence([.. part.Items("normalizers").Select(Normalizer)]),
        "NFC" => new FormNormalizer(compose: true, compatibility: false),
        "NFD" => new FormNormalizer(compose: false, compatibility: false),
        "NFKC" => new FormNormalizer(compose: true, compatibility: true),
        "NFKD" => new FormNormalizer(compose: false, compatibility: true),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(part.Flag("strip_left", true), part.Flag("strip_right", true)),
        "StripAccents" => new StripAccentsNormalizer(),
        "Replace" => new ReplaceNormalizer(Pattern(part.Part("pattern")), part.Text("content")),
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        "BertNormalizer" or "Bert" => new BertNormalizer(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true),
            part.Flag("strip_accents", part.Flag("lowercase", true)), part.Flag("lowercase", true)),
        "Precompiled" => new PrecompiledNormalizer(CharacterMap.Read(Base64(part, "precompiled_charsmap"))),
        _ => throw part.Unknown("normalizer"),
    };

    public static IPreTokenizer PreTokenizer(JsonPart part) => part.Type switch
    {
        "Sequence" => new SequencePreTokenizer([.. part.Items("pretokenizers").Select(PreTokenizer)]),
        "ByteLevel" => new ByteLevelPreTokenizer(part.Flag("add_prefix_space", true), part.Flag("use_regex", true)),
        "Split" => Split(part),
        "Whitespace" => new SplitPreTokenizer(new InvertedPattern(SplitClasses.Words), SplitBehavior.Removed),
        "WhitespaceSplit" => new SplitPreTokenizer(SplitClasses.White, SplitBehavior.Removed),
        "Digits" => new SplitPreTokenizer(SplitClasses.Digits, part.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Punctuation" => new SplitPreTokenizer(SplitClasses.Punctuation, Behavior(part)),
        "BertPreTokenizer" => new BertPreTokenizer(),
        "CharDelimiterSplit" => new SplitPreTokenizer(new LiteralPattern(Character(part, "delimiter")), SplitBehavior.Removed),
        "Metaspace" => new MetaspacePreTokenizer(Character(part, "replacement"), Scheme(part), part.Flag("split", true)),
        "UnicodeScripts" => new UnicodeScriptsPreTokenizer(),
        "FixedLength" => new FixedLengthPreTokenizer(part.Number("length", 5) is > 0 and var length ? length : throw part.Error("length", "at least 1")),
        _ => throw part.Unknown("pre-tokenizer"),
    };

    public static IDecoder Decoder(JsonPart part) => part.Type switch
    {
        "Sequence" => new DecoderSequence([.. part.Items("decoders").Select(Decoder)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(Character(part, "content").EnumerateRunes().First(), part.Number("start"), part.Number("stop")),
        "Replace" => new ReplaceDecoder(Pattern(part.Part("pattern")), part.Text("content")),
        "Metaspace" => new MetaspaceDecoder(Character(part, "replacement"), Scheme(part) != PrependScheme.Never),
        "WordPiece" => new WordPieceDecoder(part.Text("prefix", "##"), part.Flag("cleanup", true)),
        "BPEDecoder" => new BpeDecoder(part.Text("suffix", "</w>")),
        "CTC" => new CtcDecoder(part.Text("pad_token", "<pad>"), part.Text("word_delimiter_token", "|"), part.Flag("cleanup", true)),
        _ => throw part.Unknown("decoder"),
    };

    public static IPostProcessor PostProcessor(JsonPart part) => part.Type switch
    {
        "Sequence" => new PostProcessorSequence([.. part.Items("processors").Select(PostProcessor)]),
        "ByteLevel" => new ByteLevelProcessor(part.Flag("trim_offsets", true), part.Flag("add_prefix_space", true)),
        "BertProcessing" => new BertProcessor(Pair(part, "sep"), Pair(part, "cls")),
        "RobertaProcessing" => new RobertaProcessor(Pair(part, "sep"), Pair(part, "cls"), part.Flag("trim_offsets", true), part.Flag("add_prefix_space", true)),
        "TemplateProcessing" => Template(part),
        _ => throw part.Unknown("post-processor"),
    };

    private static IPattern Pattern(JsonPart part)
    {
        if (part.Element.ValueKind == JsonValueKind.String) return new LiteralPattern(part.Element.GetString()!);
        return part.TextOrNull("String") is { } literal ? new LiteralPattern(literal) : RegexPattern.Of(part.Text("Regex"));
    }

    private static SplitPreTokenizer Split(JsonPart part)
    {
        var pattern = Pattern(part.Part("pattern"));
        return new SplitPreTokenizer(part.Flag("invert", false) ? new InvertedPattern(pattern) : pattern, Behavior(part));
    }

    private static SplitBehavior Behavior(JsonPart part) =>
        Enum.TryParse(part.Text("behavior", "Isolated").Replace("_", ""), ignoreCase: true, out SplitBehavior behavior) && Enum.IsDefined(behavior)
            ? behavior : throw part.Error("behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");

    private static PrependScheme Scheme(JsonPart part)
    {
        if (!part.Flag("add_prefix_space", true)) return PrependScheme.Never;
        return Enum.TryParse(part.Text("prepend_scheme", "always"), ignoreCase: true, out PrependScheme scheme) && Enum.IsDefined(scheme)
            ? scheme : throw part.Error("prepend_scheme", "always, first or never");
    }

    private static string Character(JsonPart part, string name) =>
        part.Text(name) is var text && text.EnumerateRunes().Count() == 1 ? text : throw part.Error(name, "one character");

    private static byte[] Base64(JsonPart part, string name) => part.Has(name) && part.Part(name).Element is { ValueKind: JsonValueKind.String } value
        && value.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw part.Error(name, "base64 text");

    private static SpecialPart Pair(JsonPart part, string name)
    {
        var items = part.Items(name).Select(i => i.Element).ToList();
        return items.Count == 2 && items[0].ValueKind == JsonValueKind.String && items[1].ValueKind == JsonValueKind.Number && items[1].TryGetInt32(out int id)
            ? new SpecialPart([id], [items[0].GetString()!]) : throw part.Error(name, "a token and its id");
    }

    private static TemplateProcessor Template(JsonPart part) =>
        new([.. part.Items("single").Select(p => TemplatePart(p, part))], [.. part.Items("pair").Select(p => TemplatePart(p, part))]);

    private static TemplatePart TemplatePart(JsonPart piece, JsonPart template)
    {
        if (piece.Has("Sequence"))
        {
            var sequence = piece.Part("Sequence");
            return new TemplatePart(sequence.Text("id") == "B", null, sequence.Number("type_id", 0));
        }
        var special = piece.Part("SpecialToken");
        var definition = template.Part("special_tokens").Part(special.Text("id"));
        int[] ids = [.. definition.Items("ids").Select(i => i.Element.TryGetInt32(out int id) ? id : throw definition.Error("ids", "whole numbers"))];
        string[] tokens = [.. definition.Items("tokens").Select(t => t.Element.GetString() ?? "")];
        return ids.Length == tokens.Length ? new TemplatePart(false, new SpecialPart(ids, tokens), special.Number("type_id", 0))
            : throw definition.Error("ids", "as many as tokens");
    }
}
