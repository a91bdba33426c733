// Damaged SentencePiece models and rank files: loaded or refused in one line, whatever byte was hit.
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using Xunit;

namespace FastTune.Tests.Golden;

public sealed class DamagedTextFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fasttune-damaged-").FullName;

    [Fact]
    public void Sentencepiece_models()
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        string target = Path.Combine(_folder, "tokenizer.model");
        foreach (string file in Directory.GetFiles(Path.Combine(SharedFolder.Golden()!, "tokenizers", "sentencepiece"), "tokenizer.model", SearchOption.AllDirectories))
            Damage(File.ReadAllBytes(file), target, 60, () => Tokenizer.Load(_folder));
    }

    [Fact]
    public void Rank_files()
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        string target = Path.Combine(_folder, "ranks");
        foreach (string file in Directory.GetFiles(Path.Combine(SharedFolder.Golden()!, "tokenizers", "tiktoken"), "*.tiktoken"))
            Damage(File.ReadAllBytes(file), target, 200, () => TiktokenFile.Load(target, @"\s+|\S+", new Dictionary<string, int> { ["<|end|>"] = 100_000 }));
    }

    private static void Damage(byte[] good, string target, int times, Func<Tokenizer> load)
    {
        var random = new Random(11);
        for (int i = 0; i < times; i++)
        {
            byte[] bad = i % 2 == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int hits = i % 2 == 0 ? 0 : 3; hits > 0; hits--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(target, bad);
            try
            {
                load().Encode("ab <|end|> a\n");
            }
            catch (UserError error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
