// What a decoder-only model is, as data: everything the forward pass must know, and nothing about files.
namespace FastTune.Models;

/// <summary>Activation of the gated MLP.</summary>
public enum Activation : byte
{
    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>GELU by the error function.</summary>
    Gelu,

    /// <summary>GELU by its tanh approximation.</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>Attention of every layer.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="HeadSize">Values in a head, which need not be hidden size / heads.</param>
/// <param name="InputBias">Biases on the query, key and value projections.</param>
/// <param name="OutputBias">Bias on the output projection.</param>
/// <param name="QueryKeyNorm">RMS norms of each head's query and key, before the rotation.</param>
public sealed record AttentionSpec(
    int Heads, int KeyValueHeads, int HeadSize, bool InputBias = false, bool OutputBias = false, bool QueryKeyNorm = false);

/// <summary>Gated MLP: down(activation(gate x) * up x).</summary>
/// <param name="Intermediate">Rows of gate and up.</param>
/// <param name="Bias">Biases on all three projections.</param>
public sealed record MlpSpec(int Intermediate, Activation Activation, bool Bias = false);

/// <summary>What differs from layer to layer.</summary>
/// <param name="Window">Position i sees j with i - Window &lt; j &lt;= i; null: all j up to i.</param>
public sealed record LayerSpec(int? Window = null);

/// <summary>A decoder of the Llama shape: embedding; layers of norm, attention, norm, MLP with residuals; norm; head.</summary>
public sealed record DecoderSpec
{
    /// <summary>The family that read it (`llama`, `qwen2`, `qwen3`, `mistral`): key names and config spelling follow it.</summary>
    public required string Family { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Rows of the embedding (and of the head).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>One entry a layer.</summary>
    public required IReadOnlyList<LayerSpec> Layers { get; init; }

    public required AttentionSpec Attention { get; init; }

    public required MlpSpec Mlp { get; init; }

    /// <summary>Epsilon of every RMS norm.</summary>
    public required float NormEpsilon { get; init; }

    public required RopeSpec Rope { get; init; }

    /// <summary>The head is the embedding matrix.</summary>
    public required bool TiedHead { get; init; }

    /// <summary>Longest sequence the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Factor on the embedding's output.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on each branch before it joins the residual stream.</summary>
    public float ResidualScale { get; init; } = 1;

    /// <summary>Factor on the logits.</summary>
    public float LogitScale { get; init; } = 1;

    /// <summary>Factor on query-key products; null: 1 / sqrt(head size).</summary>
    public float? AttentionScale { get; init; }
}
