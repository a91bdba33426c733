// The 5 MB text of the speed goldens, rebuilt from words.json. Linked into bench/Text, too.
using System.Text;
using System.Text.Json;

namespace FastTune.Parity;

internal static class SpeedText
{
    /// <summary>The text by the rules of the goldens' README.</summary>
    public static string Build(string wordsFile)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(wordsFile));
        string[] Words(string name) => [.. document.RootElement.GetProperty(name).EnumerateArray().Select(w => w.GetString()!)];
        string[] latin = Words("latin"), cjk = Words("cjk"), other = Words("other"), punct = Words("punct"), code = Words("code");
        ulong state = 20250309;
        int Draw(int n)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (int)((state >> 33) % (ulong)n);
        }
        string Pick(string[] list) => list[Draw(list.Length)];
        var text = new StringBuilder();
        for (int bytes = 0; bytes < 5_000_000;)
        {
            int r = Draw(100);
            string piece = r < 66 ? Capital(Pick(latin), Draw) + " "
                : r < 74 ? Pick(latin) + Pick(latin) + " "
                : r < 80 ? $"{Draw(1_000_000)} "
                : r < 87 ? Pick(cjk)
                : r < 91 ? Pick(other) + " "
                : r < 97 ? Pick(punct) + " "
                : Pick(code);
            text.Append(piece);
            bytes += Encoding.UTF8.GetByteCount(piece);
        }
        return text.ToString();
    }

    private static string Capital(string word, Func<int, int> draw) =>
        draw(8) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word;

    /// <summary>Documents of so many code points.</summary>
    public static IEnumerable<string> Documents(string text, int length)
    {
        for (int start = 0, end = 0; start < text.Length; start = end)
        {
            for (int count = 0; count < length && end < text.Length; count++)
                end += char.IsHighSurrogate(text[end]) ? 2 : 1;
            yield return text[start..end];
        }
    }
}
