// From aligned rows to samples: renders one row through the template and cuts it.
using FastTune.Templates;

namespace FastTune.Data;

/// <summary>How rows become samples.</summary>
/// <param name="Cutoff">Longest row in tokens, already lowered for explicit packing.</param>
/// <param name="AddsBos">Pretraining: the tokenizer puts a bos in front of a text by its own setting.</param>
internal sealed record EncodingOptions(
    RowKind Kind, int Cutoff, bool TrainOnPrompt = false, bool MaskHistory = false, bool Packing = false, bool NeatPacking = false,
    bool? EnableThinking = true, bool PreserveThinking = false, bool AddsBos = false);

/// <summary>A sample, and whether the cutoff took tokens from it.</summary>
internal readonly record struct EncodedRow(Sample Sample, bool Cut);

/// <summary>Encodes rows one by one; safe for use from several threads.</summary>
internal sealed class RowEncoder
{
    private readonly ITemplate _template;
    private readonly EncodingOptions _options;
    private readonly SupervisedRow _supervised;
    private readonly PreferenceRow _preference;

    public RowEncoder(ITemplate template, EncodingOptions options)
    {
        (_template, _options) = (template, options);
        var special = template.Tokenizer.Special;
        EosId = special.Eos is null ? null : template.Tokenizer.TokenToId(special.Eos);
        PadId = (special.Pad is null ? null : template.Tokenizer.TokenToId(special.Pad)) ?? EosId
            ?? throw new UserError($"template '{template.Name}': the tokenizer has neither a pad nor an end token; name one in the recipe");
        int? finalEos = template.EfficientEos ? EosId : null;
        if (finalEos is not null && options.TrainOnPrompt && options.Kind == RowKind.Supervised)
            throw new UserError($"train_on_prompt does not work with template '{template.Name}', which ends conversations and not answers; set it to false");
        _supervised = new SupervisedRow(options.Cutoff, options.TrainOnPrompt, options.MaskHistory, finalEos);
        _preference = new PreferenceRow(options.Cutoff, finalEos);
        int? bos = options.AddsBos && special.Bos is not null ? template.Tokenizer.TokenToId(special.Bos) : null;
        Blocks = new TokenBlocks(options.Cutoff, bos);
    }

    public int PadId { get; }

    public int? EosId { get; }

    /// <summary>Pretraining's joining and cutting.</summary>
    public TokenBlocks Blocks { get; }

    /// <summary>The sample of a usable row.</summary>
    /// <param name="before">KTO: the kept row before this one, whose answer goes into the KL row.</param>
    /// <exception cref="UserError">The template cannot render the row; names file and row.</exception>
    public EncodedRow Encode(AlignedRow row, AlignedRow? before)
    {
        try
        {
            var (sample, cut) = _options.Kind switch
            {
                RowKind.Pretrain => Text(row),
                RowKind.Pairs => Pair(row),
                RowKind.Feedback => Feedback(row, before!),
                RowKind.Prompts => Prompt(row),
                _ => Supervised(row),
            };
            return new EncodedRow(sample with { Origins = [row.Origin] }, cut);
        }
        catch (UserError error)
        {
            throw new UserError($"{row.Origin}, column '{row.Column}': {error.Message}", inner: error);
        }
    }

    private RenderOptions Rendering(AlignedRow row) => new(
        row.System, row.Tools, _options.EnableThinking, _options.PreserveThinking, _options.MaskHistory && !_options.PreserveThinking);

    private EncodedRow Text(AlignedRow row)
    {
        int[] ids = _template.Tokenizer.Encode(row.Prompt[0].Content + _template.DocumentEnd);
        var text = new Sample { InputIds = ids, Labels = ids };
        return _options.Packing ? new EncodedRow(text, false) : new EncodedRow(Blocks.Single(text), ids.Length + (Blocks.Bos is null ? 0 : 1) > _options.Cutoff);
    }

    private EncodedRow Supervised(AlignedRow row)
    {
        var pairs = _template.EncodeMultiturn([.. row.Prompt, .. row.Response], Rendering(row));
        var parts = new List<TurnPair>(pairs.Count);
        for (int i = 0; i < pairs.Count; i++)
            parts.Add(new TurnPair(pairs[i].Prompt, pairs[i].Answer, row.Trained?[2 * i], row.Trained?[2 * i + 1]));
        var (ids, labels, cut) = _supervised.Build(parts);
        return new EncodedRow(new Sample { InputIds = ids, Labels = labels }, cut);
    }

    private EncodedRow Pair(AlignedRow row)
    {
        var chosen = _template.EncodeOneturn([.. row.Prompt, row.Response[0]], Rendering(row));
        var rejected = _template.EncodeOneturn([.. row.Prompt, row.Response[1]], Rendering(row));
        var (ids, labels, otherIds, otherLabels, cut) = _preference.Pair(chosen.Prompt, chosen.Answer, rejected.Answer);
        return new EncodedRow(new Sample { InputIds = ids, Labels = labels, OtherIds = otherIds, OtherLabels = otherLabels }, cut);
    }

    private EncodedRow Feedback(AlignedRow row, AlignedRow before)
    {
        var own = _template.EncodeOneturn([.. row.Prompt, Answer(row)], Rendering(row));
        var other = _template.EncodeOneturn([.. row.Prompt, Answer(before)], Rendering(row));
        var (ids, labels, cut) = _preference.Single(own.Prompt, own.Answer);
        var (otherIds, otherLabels, _) = _preference.Single(other.Prompt, other.Answer);
        var sample = new Sample { InputIds = ids, Labels = labels, OtherIds = otherIds, OtherLabels = otherLabels, Desired = row.Desired == true };
        return new EncodedRow(sample, cut);
    }

    private static Message Answer(AlignedRow row) => row.Response[row.Desired == true ? 0 : 1];

    private EncodedRow Prompt(AlignedRow row)
    {
        var answer = row.Response.Count == 1 ? row.Response[0] : new Message(Role.Assistant, "");
        var pair = _template.EncodeOneturn([.. row.Prompt, answer], Rendering(row));
        var (ids, labels, cut) = _preference.Prompt(pair.Prompt, pair.Answer);
        return new EncodedRow(new Sample { InputIds = ids, Labels = labels }, cut);
    }
}
