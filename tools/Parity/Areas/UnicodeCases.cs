// Checks of the character classes, of lower case and of normalization against the goldens' tables, over all code points.
using System.Globalization;
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Parity;

internal static class UnicodeCases
{
    public static IEnumerable<Case> Find(string file)
    {
        var root = GoldenJson.Load(file);
        if (Path.GetFileName(file) == "lowercase.json") return [new Case("unicode_lowercase", () => Lower(root))];
        if (Path.GetFileName(file) == "normalization_differences.json") return [new Case("unicode_normalization_differences", () => Differences(root))];
        return root.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Array)
            .Select(entry => new Case("unicode_" + entry.Name.Replace(' ', '_'), () => Class(entry.Name, entry.Value)));
    }

    private static Verdict Class(string name, JsonElement ranges)
    {
        var expected = new HashSet<int>();
        foreach (var range in ranges.EnumerateArray())
            for (int c = range[0].GetInt32(); c <= range[1].GetInt32(); c++) expected.Add(c);
        var member = Member(name);
        if (member is null) return Verdict.Fail("this class is not known");
        foreach (int c in Scalars())
            if (member(char.ConvertFromUtf32(c)) != expected.Contains(c)) return Verdict.Fail($"U+{c:X4} should {(expected.Contains(c) ? "" : "not ")}be in it");
        return Verdict.Pass(0, $"{expected.Count} code points");
    }

    /// <summary>Membership as the part itself shows it: what it matches, removes or turns into a space.</summary>
    private static Func<string, bool>? Member(string name)
    {
        if (name.StartsWith("regex ", StringComparison.Ordinal))
        {
            var pattern = RegexPattern.Translated(name["regex ".Length..]);
            var found = new List<Found>();
            return text =>
            {
                found.Clear();
                pattern.Find(text, found);
                return found is [{ IsMatch: true }];
            };
        }
        const string Bert = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":false}""";
        return name switch
        {
            "WhitespaceSplit delimiters" => Splits("""{"type":"WhitespaceSplit"}"""),
            "Punctuation characters" => Splits("""{"type":"Punctuation"}"""),
            "Digits characters" => Splits("""{"type":"Digits","individual_digits":true}"""),
            "StripAccents removed" => Becomes("""{"type":"StripAccents"}""", "ab"),
            "BertNormalizer clean_text removed" => Becomes(Bert, "ab"),
            "BertNormalizer clean_text to space" => Becomes(Bert, "a b"),
            "BertNormalizer chinese spaced" => text => Normalize("""{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}""")("a" + text + "b") == $"a {text} b",
            "Nmt removed" => Becomes("""{"type":"Nmt"}""", "ab"),
            "Nmt to space" => text => text != " " && Normalize("""{"type":"Nmt"}""")("a" + text + "b") == "a b",
            "Strip removed" => text => Normalize("""{"type":"Strip"}""")(text).Length == 0,
            _ => null,
        };
    }

    private static Func<string, bool> Becomes(string json, string result)
    {
        var normalize = Normalize(json);
        return text => normalize("a" + text + "b") == result;
    }

    private static readonly Dictionary<string, INormalizer> Normalizers = [];

    private static Func<string, string> Normalize(string json)
    {
        if (!Normalizers.TryGetValue(json, out var normalizer))
            Normalizers[json] = normalizer = ComponentReader.Normalizer(new JsonPart(JsonDocument.Parse(json).RootElement, "config"));
        return text => normalizer.Normalize(AlignedText.Of(text)).Text;
    }

    private static Func<string, bool> Splits(string json)
    {
        var splitter = ComponentReader.PreTokenizer(new JsonPart(JsonDocument.Parse(json).RootElement, "config"));
        var parts = new List<AlignedText>();
        return text =>
        {
            parts.Clear();
            splitter.Split(AlignedText.Of("a" + text + "b"), parts);
            return parts.Count > 1;
        };
    }

    private static Verdict Lower(JsonElement root)
    {
        var expected = root.EnumerateObject().ToDictionary(e => int.Parse(e.Name, NumberStyles.HexNumber, CultureInfo.InvariantCulture), e => e.Value.GetString()!);
        var lower = Normalize("""{"type":"Lowercase"}""");
        foreach (int c in Scalars())
        {
            string text = char.ConvertFromUtf32(c);
            if (lower(text) != expected.GetValueOrDefault(c, text)) return Verdict.Fail($"U+{c:X4} becomes {lower(text)}");
        }
        return Verdict.Pass(0, $"{expected.Count} code points");
    }

    private static Verdict Differences(JsonElement root)
    {
        int count = 0;
        foreach (var form in root.GetProperty("differences_reference_then_unicode").EnumerateObject())
        {
            var normalize = Normalize($$"""{"type":"{{form.Name}}"}""");
            foreach (var entry in form.Value.EnumerateObject())
            {
                count++;
                string text = char.ConvertFromUtf32(int.Parse(entry.Name, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                if (normalize(text) != entry.Value[0].GetString()) return Verdict.Fail($"{form.Name} of U+{entry.Name}: expected {entry.Value[0]}, got {normalize(text)}");
            }
        }
        return Verdict.Pass(0, $"{count} code points");
    }

    private static IEnumerable<int> Scalars() => Enumerable.Range(0, 0x110000).Where(c => Rune.IsValid(c));
}
