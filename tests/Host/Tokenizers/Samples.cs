// Small tokenizers and random texts for the tests of this room.
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;

namespace FastTune.Tests.Host.Tokenizers;

internal static class Samples
{
    private static readonly int[] Ends = [0x80, 0x250, 0x3100, 0x10000, 0x20000, 0x110000];

    public static readonly SpecialTokens Roles = new("<s>", "</s>", null, null, []);

    public static Tokenizer Trained() => BpeTrainer.TrainByteLevel(
        ["the cat sat on the mat, the cat's hat", "naïve café 123 über", "don't won't can't"], 290, ["<s>", "</s>"], Roles);

    /// <summary>Up to 40 scalar values; ASCII, white space and quotes are frequent, so that patterns meet their edges.</summary>
    public static string Text(Random random)
    {
        const string Frequent = "'sStTrRvVmMlLdDſ  \t\r\n\n  /aAzZǅʰ一ー9٣²\u0301\u200d.,$_\u3000\u0085";
        var text = new StringBuilder();
        int end = Ends[random.Next(Ends.Length)];
        for (int left = random.Next(41); left > 0; left--)
        {
            int value = random.Next(2) == 0 ? Frequent[random.Next(Frequent.Length)] : random.Next(end);
            if (Rune.IsValid(value)) text.Append(new Rune(value));
        }
        return text.ToString();
    }

    public static Tokenizer FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var (pipeline, parts) = TokenizerJson.Read(new JsonPart(document.RootElement, "tokenizer.json"));
        return new Tokenizer(pipeline, parts, new SpecialTokens(null, null, null, null, []), null);
    }
}
