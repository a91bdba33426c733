// Random strings of Unicode scalar values through every tokenizer of a folder: nothing throws, and what can round-trip does.
using System.Text;
using FastTune.Tokenizers;

namespace FastTune.Bench.Text;

internal static class FuzzBench
{
    public static int Run(string folder, int strings)
    {
        bool all = true;
        foreach (string directory in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var tokenizer = Tokenizer.Load(directory);
            var random = new Random(20250309);
            int same = 0, composed = 0;
            for (int i = 0; i < strings; i++)
            {
                string text = RandomText.Next(random);
                string back = tokenizer.Decode(tokenizer.Encode(text), skipSpecialTokens: false);
                if (back == text) same++;
                if (back == FastTune.Tokenizers.Unicode.Normalization.Nfc(text)) composed++;
            }
            Console.WriteLine($"{Path.GetFileName(directory)}: {strings} strings, {same} came back, {composed} came back as NFC");
            all &= same > 0;
        }
        return all ? 0 : 1;
    }
}

/// <summary>Strings of up to 40 scalar values, from narrow and wide ranges by turns.</summary>
internal static class RandomText
{
    private static readonly int[] Ends = [0x80, 0x250, 0x3100, 0x10000, 0x20000, 0x110000];

    public static string Next(Random random)
    {
        var text = new StringBuilder();
        int end = Ends[random.Next(Ends.Length)];
        for (int left = random.Next(41); left > 0; left--)
        {
            int value = random.Next(random.Next(4) == 0 ? 0x80 : end);
            if (Rune.IsValid(value)) text.Append(new Rune(value));
        }
        return text.ToString();
    }
}
