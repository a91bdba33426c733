// Recipe keys about sampling: chat and prediction.
namespace FastTune.Config;

/// <summary>How an answer is drawn.</summary>
public sealed record GenerationOptions
{
    /// <summary>Draw at random; false: always the likeliest token.</summary>
    public bool DoSample { get; init; } = true;

    /// <summary>Divides the logits; smaller is bolder.</summary>
    public double Temperature { get; init; } = 0.95;

    /// <summary>Draw among the likeliest tokens whose probabilities add up to this.</summary>
    public double TopP { get; init; } = 0.7;

    /// <summary>Draw among so many of the likeliest tokens; 0: all.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>Longest prompt plus answer; used only when <see cref="MaxNewTokens"/> is not above 0.</summary>
    public int MaxLength { get; init; } = 1024;

    /// <summary>Longest answer in tokens.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>Above 1: logits of tokens already there are pushed down.</summary>
    public double RepetitionPenalty { get; init; } = 1.0;

    /// <summary>Leave special tokens out of the answer's text.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Seed of the draws in chat (FastTune's own: LLaMA-Factory has none there).</summary>
    public int Seed { get; init; } = 42;
}
