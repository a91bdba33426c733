// Malformed tokenizer files end in one line that names the place.
using System.Text;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Host.Tokenizers;

public sealed class DamagedFileTests
{
    private const string Good = """{"added_tokens":[{"content":"<s>","special":true}],"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"ByteLevel"},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}""";

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":{"type":"Nonsense"}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":[],"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]]}}""")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":5,"vocab":[["a",1]]}}""")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0}},"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}}""")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0}},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}}""")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0}},"pre_tokenizer":{"type":"FixedLength","length":0}}""")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0}},"added_tokens":[3]}""")]
    public void Malformed_file_is_one_line(string json)
    {
        var error = Assert.Throws<UserError>(() => LoadText(json));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("tokenizer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_and_many_mutations_are_user_errors_or_load()
    {
        Assert.Equal(3, LoadText(Good).TokenToId("<s>"));
        for (int length = 0; length < Good.Length; length += 3) Assert.Throws<UserError>(() => LoadText(Good[..length]));
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            var mutated = new StringBuilder(Good);
            mutated[random.Next(mutated.Length)] = (char)random.Next(' ', 0x7F);
            Tolerated(mutated.ToString());
        }
    }

    private static void Tolerated(string json)
    {
        try
        {
            LoadText(json).Encode("ab <s> a\n");
        }
        catch (UserError error)
        {
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    private static Tokenizer LoadText(string json)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json);
            return Tokenizer.Load(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
