// Unigram training: every character gets a piece, frequent words become pieces, and the same counts give the same vocabulary.
using FastTune.Tokenizers;
using FastTune.Tokenizers.Training;
using Xunit;

namespace FastTune.Tests.Host.Tokenizers;

public sealed class UnigramTrainingTests
{
    private static readonly Dictionary<string, long> Words = new() { ["▁lower"] = 9, ["▁lowest"] = 7, ["▁newer"] = 6, ["▁wider"] = 3, ["▁neue"] = 2, ["▁🙂"] = 1 };

    [Fact]
    public void Words_are_spelled_by_likely_pieces()
    {
        var pieces = UnigramTraining.Run(Words, new UnigramOptions(24, ["<unk>"], "<unk>"));
        Assert.Equal(("<unk>", 0.0), pieces[0]);
        Assert.InRange(pieces.Count, 15, 24);
        foreach (string character in Words.Keys.SelectMany(w => w.EnumerateRunes()).Select(r => r.ToString())) Assert.Contains(pieces, piece => piece.Text == character);
        Assert.Contains(pieces, piece => piece.Text.StartsWith("▁low", StringComparison.Ordinal));
        Assert.Equal(pieces.Skip(1).OrderByDescending(piece => piece.Score), pieces.Skip(1));
    }

    [Fact]
    public void Order_of_the_counts_does_not_matter()
    {
        var options = new UnigramOptions(20, [], null, InitialAlphabet: ["q"]);
        var first = UnigramTraining.Run(Words, options);
        Assert.Equal(first, UnigramTraining.Run(Words.Reverse().ToDictionary(), options));
        Assert.Contains(first, piece => piece.Text == "q");
    }

    [Fact]
    public void Impossible_demands_are_one_line()
    {
        Assert.Contains("different characters", Assert.Throws<UserError>(() => UnigramTraining.Run(Words, new UnigramOptions(5, []))).Message);
        Assert.Throws<UserError>(() => UnigramTraining.Run(new Dictionary<string, long>(), new UnigramOptions(5, [])));
    }
}
