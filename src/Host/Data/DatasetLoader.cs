// The room's door: from a recipe's data keys to tokenised rows.
using FastTune.Config;
using FastTune.Templates;

namespace FastTune.Data;

/// <summary>What is prepared, and for whom.</summary>
/// <param name="Data">The recipe's data keys, derived settings filled in.</param>
/// <param name="Stage">pt, sft, rm, dpo, kto or ppo.</param>
/// <param name="Template">The template, bound to the model's tokenizer.</param>
/// <param name="Predict">The evaluation set is for generation (predict_with_generate): prompts and answers apart.</param>
/// <param name="Training">Batches of sft, pairs and kto are padded to a multiple of 8 (do_train).</param>
public sealed record DataRequest(
    DataOptions Data, string Stage, ITemplate Template, long Seed, bool Predict = false, bool Training = true);

/// <summary>Reads, joins, tokenises, packs and splits datasets.</summary>
public static class DatasetLoader
{
    private const int TrainingMultiple = 8;

    /// <summary>The prepared data of a request.</summary>
    /// <exception cref="UserError">Data that cannot be used; one line that names dataset, file and row.</exception>
    public static PreparedData Load(DataRequest request)
    {
        var data = request.Data;
        if (data.Streaming && data.TokenizedPath is not null)
            throw new UserError("tokenized_path keeps whole datasets and streaming reads none ahead: remove one of the two");
        var kind = RowUse.KindOf(request.Stage);
        var evalKind = request.Predict && kind == RowKind.Supervised ? RowKind.Prompts : kind;
        var reports = new Reports(data.CutoffLen);
        var run = new Preparation(request, reports);
        int multiple = kind switch
        {
            RowKind.Supervised => request.Training ? TrainingMultiple : 1,
            RowKind.Pairs or RowKind.Feedback => TrainingMultiple,
            _ => 1,
        };
        var prepared = new PreparedData
        {
            TrainCollator = Collator(request, kind, multiple),
            EvalCollator = Collator(request, evalKind, multiple),
        };
        prepared = data.Streaming ? run.Stream(prepared, kind, evalKind)
            : TokenCache.Through(request, prepared, () => run.InMemory(prepared, kind, evalKind));
        return prepared with { Reports = reports.Datasets, Warnings = reports.Warnings };
    }

    private static Collator Collator(DataRequest request, RowKind kind, int multiple)
    {
        var encoder = new RowEncoder(request.Template, new EncodingOptions(kind, request.Data.CutoffLen));
        int labelPad = request.Data.IgnorePadTokenForLoss ? Sample.Ignored : encoder.PadId;
        return new Collator(kind, encoder.PadId, encoder.EosId ?? -1, labelPad, multiple);
    }
}
