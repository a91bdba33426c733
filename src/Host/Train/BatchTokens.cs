// From a padded batch to the tokens that can matter: padding is dropped, and so is what follows a row's last label.
using FastTune.Data;
using FastTune.Models;

namespace FastTune.Train;

/// <summary>Labels are shifted here, once: the label at t is predicted by the token at t - 1 of its row.</summary>
public static class BatchTokens
{
    /// <summary>The batch as the model takes it. A token after the last one that predicts a label changes no loss of a causal
    /// model, so it is left out; a row without labels disappears.</summary>
    public static TokenBatch Of(Batch batch) => Build(batch, trim: true);

    /// <summary>As <see cref="Of"/>, keeping every attended token.</summary>
    public static TokenBatch Whole(Batch batch) => Build(batch, trim: false);

    private static TokenBatch Build(Batch batch, bool trim)
    {
        var build = new Builder(batch);
        for (int row = 0; row < batch.Rows; row++) build.Add(row, trim ? LastPredictor(batch, row) : batch.Width - 1);
        return build.Result();
    }

    /// <summary>The last place of a row whose token predicts a label; -1: none.</summary>
    private static int LastPredictor(Batch batch, int row)
    {
        for (int t = batch.Width - 1; t >= 1; t--)
            if (batch.Labels[row * batch.Width + t] != Sample.Ignored) return t - 1;
        return -1;
    }

    private sealed class Builder(Batch batch)
    {
        private readonly List<int> _ids = [], _positions = [], _starts = [0], _rows = [], _labels = [];

        public void Add(int row, int last)
        {
            int first = row * batch.Width, sequence = 0;
            for (int t = 0; t <= last; t++)
            {
                int id = batch.SequenceIds[first + t];
                if (id != sequence) EndSequence();
                sequence = id;
                if (id == 0) continue;
                if (t + 1 < batch.Width && batch.Labels[first + t + 1] is var label and not Sample.Ignored)
                {
                    _rows.Add(_ids.Count);
                    _labels.Add(label);
                }
                _ids.Add(batch.InputIds[first + t]);
                _positions.Add(batch.PositionIds[first + t]);
            }
            EndSequence();
        }

        private void EndSequence()
        {
            if (_starts[^1] != _ids.Count) _starts.Add(_ids.Count);
        }

        public TokenBatch Result() =>
            new([.. _ids], [.. _positions], [.. _starts], [.. _rows], [.. _labels], 1 + (batch.PositionIds.Length == 0 ? 0 : batch.PositionIds.Max()));
    }
}
