// The regular expressions that have a scanner, as they are written in tokenizer.json files.
namespace FastTune.Tokenizers.Patterns;

internal static class KnownPatterns
{
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    public const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Qwen35 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string O200k = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Tekken = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string DeepSeekDigits = @"\p{N}{1,3}";
    public const string DeepSeekCjk = "[一-龥\u3040-ゟ゠-ヿ]+";
    public const string DeepSeek3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    private static readonly Dictionary<string, ScanStep> Steps = new()
    {
        [Gpt2] = WordScan.Gpt2,
        [Qwen2] = static (text, start) => WordScan.Words(text, start, Unicode.CodePoints.Letter, maxDigits: 1),
        [Llama3] = static (text, start) => WordScan.Words(text, start, Unicode.CodePoints.Letter, maxDigits: 3),
        [Qwen35] = static (text, start) => WordScan.Words(text, start, Unicode.CodePoints.Letter | Unicode.CodePoints.Mark, maxDigits: 1),
        [O200k] = static (text, start) => CaseScan.Words(text, start, maxDigits: 3, contractions: true),
        [Tekken] = static (text, start) => CaseScan.Words(text, start, maxDigits: 1, contractions: false),
        [DeepSeekDigits] = static (text, start) => WordScan.Digits(text, start, 3),
        [DeepSeekCjk] = DeepSeekScan.Cjk,
        [DeepSeek3] = DeepSeekScan.Words,
    };

    /// <summary>Every pattern that has a scanner.</summary>
    public static IReadOnlyCollection<string> All => Steps.Keys;

    /// <summary>The scanner of this regular expression, or null.</summary>
    public static Scanner? Find(string regex) => Steps.TryGetValue(regex, out var step) ? new Scanner(step) : null;
}
