// A row in the one form that all datasets are brought to.
using FastTune.Templates;

namespace FastTune.Data;

/// <summary>A conversation, its answer or answers, and where the row stands. A row that cannot be used has no turns or no answer.</summary>
/// <param name="Prompt">Turns up to and with the last question: an odd number in a usable row.</param>
/// <param name="Response">The answer; chosen and rejected; for kto the answer and an empty one, the undesired of the two second.</param>
/// <param name="System">System text; null or empty: none.</param>
/// <param name="Tools">Tool list as JSON text; null or empty: none.</param>
/// <param name="Column">The column of the turns, for messages.</param>
internal sealed record AlignedRow(
    IReadOnlyList<Message> Prompt, IReadOnlyList<Message> Response, string? System, string? Tools, RowOrigin Origin, string Column)
{
    /// <summary>KTO: whether the answer is a desired one; null where the row does not say.</summary>
    public bool? Desired { get; init; }

    /// <summary>All text columns are null: nothing to pretrain on.</summary>
    public bool NoText { get; init; }

    /// <summary>Per turn (prompt, then response), what the data's own <c>loss</c> or <c>weight</c> says; null where no turn says anything.</summary>
    public IReadOnlyList<bool?>? Trained { get; init; }

    /// <summary>Why the row was emptied, for the warning that names it; null where it was not.</summary>
    public string? Fault { get; init; }
}
