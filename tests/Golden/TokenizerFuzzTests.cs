// Random strings of Unicode scalar values through the real tokenizers, and through every small one: what can come back does, nothing throws.
// FASTTUNE_FUZZ sets another number of strings (the long form is 100000).
using System.Text;
using FastTune.Parity;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.PreTokenizers;
using FastTune.Tokenizers.Unicode;
using Xunit;

namespace FastTune.Tests.Golden;

public sealed class TokenizerFuzzTests
{
    private static readonly int Strings = int.TryParse(Environment.GetEnvironmentVariable("FASTTUNE_FUZZ"), out int n) ? n : 2000;
    private static readonly int[] Ends = [0x80, 0x250, 0x3100, 0x10000, 0x20000, 0x110000];

    public static TheoryData<string> Real => [.. Folders("../tokenizers", "tokenizer.json").Select(folder => Path.GetFileName(folder)!), .. SharedFolder.Golden() is null ? [""] : Array.Empty<string>()];

    [Theory]
    [MemberData(nameof(Real))]
    public void Random_text_comes_back_whole_and_piece_by_piece(string name)
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        var tokenizer = Tokenizer.Load(Path.Combine(SharedFolder.Golden()!, "..", "tokenizers", name));
        var pipeline = tokenizer.Pipeline;
        bool bytes = pipeline.Model is BpeModel { Options.UnkToken: null } && UsesBytes(pipeline.PreTokenizer);
        bool composes = pipeline.Normalizer is FormNormalizer;
        var random = new Random(20250309);
        int same = 0, composed = 0;
        for (int i = 0; i < Strings; i++)
        {
            string text = Text(random);
            int[] ids = tokenizer.Encode(text);
            string back = tokenizer.Decode(ids, skipSpecialTokens: false);
            if (back == text) same++;
            if (back == Normalization.Nfc(text)) composed++;
            if (bytes) Assert.Equal(back, Streamed(tokenizer, ids));
            tokenizer.Encode(text, splitSpecial: true);
            tokenizer.EncodeWithOffsets(text);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {Strings} strings, {same} came back, {composed} came back as NFC");
        if (bytes) Assert.Equal(Strings, composes ? composed : same);
    }

    [Fact]
    public void No_small_tokenizer_throws()
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        int each = Math.Max(20, Strings / 50), refused = 0;
        foreach (string folder in Folders("tokenizers/synthetic", "tokenizer.json").Concat(Folders("tokenizers/sentencepiece", "tokenizer.model")))
        {
            var tokenizer = Tokenizer.Load(folder);
            var random = new Random(7);
            for (int i = 0; i < each; i++) refused += Tolerated(tokenizer, Text(random), random);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} texts were refused in one line");
    }

    // A model without an unknown token refuses text that it cannot spell, as the reference does; nothing else is thrown.
    private static int Tolerated(Tokenizer tokenizer, string text, Random random)
    {
        int[] ids = [.. Enumerable.Range(0, 20).Select(_ => random.Next(-2, tokenizer.VocabularySize + 2))];
        Streamed(tokenizer, ids);
        tokenizer.Decode(ids, skipSpecialTokens: true);
        try
        {
            tokenizer.Decode(tokenizer.Encode(text), skipSpecialTokens: false);
            return 0;
        }
        catch (UserError error)
        {
            Assert.DoesNotContain('\n', error.Message);
            return 1;
        }
    }

    private static string Streamed(Tokenizer tokenizer, int[] ids)
    {
        var stream = new TokenStream(tokenizer, skipSpecialTokens: false);
        var shown = new StringBuilder();
        foreach (int id in ids) shown.Append(stream.Next(id));
        return shown.Append(stream.Finish()).ToString();
    }

    private static bool UsesBytes(IPreTokenizer? part) =>
        part is ByteLevelPreTokenizer || part is SequencePreTokenizer sequence && sequence.Parts.Any(UsesBytes);

    private static string[] Folders(string under, string file)
    {
        string? root = SharedFolder.Golden() is { } golden ? Path.Combine(golden, under) : null;
        return root is null || !Directory.Exists(root) ? [] : [.. Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, file))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Up to 40 scalar values, from narrow and wide ranges by turns.</summary>
    private static string Text(Random random)
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
