// Whole tokenizers: training, round trips, the fast path against the general one, added tokens, writing and reading again.
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Host.Tokenizers;

public sealed class TokenizerTests
{
    /// <summary>FASTTUNE_FUZZ sets another number of random strings.</summary>
    private static readonly int Strings = int.TryParse(Environment.GetEnvironmentVariable("FASTTUNE_FUZZ"), out int n) ? n : 2000;

    [Fact]
    public void Random_text_round_trips()
    {
        var tokenizer = Samples.Trained();
        var random = new Random(1);
        for (int i = 0; i < Strings; i++)
        {
            string text = Samples.Text(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text), skipSpecialTokens: false));
        }
    }

    [Fact]
    public void Fast_path_gives_the_general_path_s_ids()
    {
        var tokenizer = Samples.Trained();
        var random = new Random(2);
        for (int i = 0; i < Strings; i++)
        {
            string text = Samples.Text(random) + "</s>" + Samples.Text(random);
            Assert.Equal(tokenizer.Pipeline.Encode(text).Ids, tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Long_word_merges_like_a_short_one()
    {
        // 600 symbols take the heap; cut into pieces of one merge cycle they take the scan.
        var tokenizer = Samples.Trained();
        int[] once = tokenizer.Encode("thethe");
        Assert.Equal([.. Enumerable.Repeat(once[0], 200)], tokenizer.Encode(string.Concat(Enumerable.Repeat("the", 200))));
    }

    [Fact]
    public void Training_is_deterministic_and_keeps_its_ids()
    {
        var first = Samples.Trained();
        var second = Samples.Trained();
        Assert.Equal(290, first.VocabularySize);
        Assert.Equal(Enumerable.Range(0, 290).Select(first.IdToToken), Enumerable.Range(0, 290).Select(second.IdToToken));
        Assert.Equal("<s>", first.IdToToken(0));
        Assert.Equal("!", first.IdToToken(2));
    }

    [Fact]
    public void Written_tokenizer_reads_back_the_same()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var tokenizer = (Tokenizer)Samples.Trained().WithTokens(["<new>", "plain"], special: false).WithChatTemplate("{{ messages }}");
            TokenizerWriter.Write(tokenizer, folder);
            var again = Tokenizer.Load(folder);
            string text = "the cat <new> plain </s>\n‰";
            Assert.Equal(tokenizer.Encode(text), again.Encode(text));
            Assert.Equal((tokenizer.Special.Bos, tokenizer.Special.Eos), (again.Special.Bos, again.Special.Eos));
            Assert.Equal((292, "{{ messages }}"), (again.VocabularySize, again.ChatTemplate));
            Assert.Equal(["tokenizer.json", "chat_template.jinja", "tokenizer_config.json"], Directory.GetFiles(folder).Select(Path.GetFileName), Comparer);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Known_token_keeps_its_id_and_can_become_special()
    {
        var tokenizer = Samples.Trained();
        int cat = tokenizer.TokenToId("at")!.Value;
        var more = tokenizer.WithTokens(["at", "<|x|>"], special: true);
        Assert.Equal((cat, 290), (more.TokenToId("at"), more.TokenToId("<|x|>")));
        Assert.Equal("", more.Decode([cat, 290], skipSpecialTokens: true));
        Assert.Throws<UserError>(() => tokenizer.WithSpecial(Samples.Roles with { Pad = "<missing>" }));
    }

    [Fact]
    public void Lone_surrogate_becomes_the_replacement_character()
    {
        var tokenizer = Samples.Trained();
        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b"), skipSpecialTokens: false));
    }

    [Fact]
    public void Stream_never_breaks_a_character_and_flushes()
    {
        var tokenizer = Samples.Trained();
        int[] ids = tokenizer.Encode("é🙂x");
        var stream = new TokenStream(tokenizer, skipSpecialTokens: false);
        string?[] pieces = [.. ids.Select(stream.Next)];
        Assert.Equal("é🙂x", string.Concat(pieces));
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece ?? ""));
        Assert.Null(stream.Next(tokenizer.Encode("🙂")[0]));
        Assert.Equal("\uFFFD", stream.Finish());
    }

    private static readonly IEqualityComparer<IEnumerable<string?>> Comparer =
        EqualityComparer<IEnumerable<string?>>.Create((a, b) => a!.Order().SequenceEqual(b!.Order()), _ => 0);
}
