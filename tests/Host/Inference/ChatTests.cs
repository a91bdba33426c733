// Sampling, generation over the cache, and a conversation on a terminal of strings.
using FastTune.Config;
using FastTune.Inference;
using FastTune.Tests.Host.Train;
using Xunit;

namespace FastTune.Tests.Host.Inference;

public class ChatTests
{
    [Fact]
    public void Greedy_takes_the_largest_and_the_lowest_id_on_ties()
    {
        var sampler = new Sampler(new GenerationOptions { DoSample = false });
        Assert.Equal(1, sampler.Next([0f, 2f, 2f, -1f], []));
    }

    [Fact]
    public void The_penalty_pushes_seen_ids_down_whatever_their_sign()
    {
        var sampler = new Sampler(new GenerationOptions { DoSample = false, RepetitionPenalty = 2 });
        Assert.Equal(0, sampler.Next([1.5f, 2f], [1]));
        Assert.Equal(0, sampler.Next([-3f, -2f], [1]));
    }

    [Fact]
    public void Top_k_and_top_p_leave_only_the_likely()
    {
        var narrow = new Sampler(new GenerationOptions { TopK = 1, TopP = 1, Temperature = 5 });
        var nucleus = new Sampler(new GenerationOptions { TopK = 0, TopP = 0.5, Temperature = 1 });
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(2, narrow.Next([0f, 1f, 1.5f], []));
            Assert.Equal(2, nucleus.Next([0f, 0f, 3f], []));
        }
    }

    [Fact]
    public void A_conversation_answers_forgets_and_leaves()
    {
        using var run = new TinyRun();
        Assert.Equal(0, run.Run("train", "save_strategy=no").Code);
        var (code, output, error) = run.Chat("hello\n/clear\n/nothing\n/exit\nnever\n", "max_new_tokens=4", "do_sample=false");
        Assert.True(code == 0, error);
        Assert.Contains("Assistant: ", output);
        Assert.Contains("no command /nothing", output);
        Assert.DoesNotContain("never", output);
    }
}
