// What a recipe's data looks like to the model, before anything is trained: first rows, lengths, and what was cut or left out.
using System.Globalization;
using System.Text;
using FastTune.Tokenizers;

namespace FastTune.Data;

/// <summary>Prints prepared data within a width. Trained tokens are green, or stand in ⟦ ⟧ where there is no colour.</summary>
/// <param name="Colour">Use terminal colours.</param>
/// <param name="Width">Columns a line may take.</param>
/// <param name="Rows">How many rows are shown whole.</param>
public sealed record Preview(bool Colour, int Width = 100, int Rows = 3)
{
    private const int MaxTokensShown = 600, WidestBar = 40, BesideBar = 30;
    private const string Green = "\u001b[32m", Plain = "\u001b[0m";

    public void Write(PreparedData data, ITokenizer tokenizer, TextWriter output)
    {
        var rows = data.TrainRows.Count > 0 ? data.TrainRows : data.EvalRows;
        bool pretrain = data.TrainCollator.Kind == RowKind.Pretrain;
        foreach (var (row, number) in rows.Take(Rows).Select((row, number) => (row, number)))
        {
            bool answersApart = row.InputIds.Length != row.Labels.Length;
            int trained = answersApart ? row.Labels.Length : row.Labels.Length - row.Labels.AsSpan().Count(Sample.Ignored);
            Line(output, $"row {number + 1} of {rows.Count} ({Origins(row)}): {row.InputIds.Length} tokens, {trained} trained");
            Tokens(output, tokenizer, row.InputIds, answersApart ? null : row.Labels, allTrained: pretrain);
            if (answersApart) Tokens(output, tokenizer, row.Labels, null, allTrained: true);
            if (row.OtherIds is not { } other) continue;
            Line(output, data.TrainCollator.Kind == RowKind.Pairs ? "its rejected answer:" : "its row for the KL estimate:");
            Tokens(output, tokenizer, other, row.OtherLabels, allTrained: false);
        }
        foreach (var report in data.Reports) Counts(output, report);
        Line(output, string.Create(CultureInfo.InvariantCulture, $"{data.TrainRows.Count} rows to train on, {data.EvalSets.Sum(set => set.Rows.Count)} to evaluate on"));
        foreach (string warning in data.Warnings) Line(output, $"warning: {warning}");
    }

    private static string Origins(Sample row) =>
        row.Origins.Count <= 2 ? string.Join(" and ", row.Origins) : $"{row.Origins[0]} and {row.Origins.Count - 1} more";

    private void Counts(TextWriter output, DatasetReport report)
    {
        output.WriteLine();
        var invariant = CultureInfo.InvariantCulture;
        Line(output, string.Create(invariant, $"{report.Name}: {report.Read} rows read, {report.Dropped} left out, {report.Truncated} cut to {report.Cutoff} tokens, {report.Untrained} without a trained token"));
        double share = report.Tokens == 0 ? 0 : 100.0 * report.TrainedTokens / report.Tokens;
        Line(output, string.Create(invariant, $"{report.Tokens} tokens, {share:F1} % trained; rows by length:"));
        long most = Math.Max(1, report.Lengths.Max());
        int widest = Math.Clamp(Width - BesideBar, 1, WidestBar);
        for (int bin = 0; bin < DatasetReport.Bins; bin++)
        {
            if (report.Lengths[bin] == 0) continue;
            int longest = (int)((long)report.Cutoff * (bin + 1) / DatasetReport.Bins);
            string bar = new('█', (int)Math.Max(1, report.Lengths[bin] * widest / most));
            output.WriteLine(string.Create(invariant, $"  up to {longest,7} {bar} {report.Lengths[bin]}"));
        }
    }

    /// <summary>The text of the tokens in stretches of trained and untrained ones, wrapped.</summary>
    private void Tokens(TextWriter output, ITokenizer tokenizer, int[] ids, int[]? labels, bool allTrained)
    {
        var wrapped = new WrappedText(output, Width);
        int shown = Math.Min(ids.Length, MaxTokensShown);
        for (int start = 0; start < shown;)
        {
            bool trained = Trained(start);
            int end = start + 1;
            while (end < shown && Trained(end) == trained) end++;
            string text = Printable.Text(tokenizer.Decode(ids.AsSpan(start, end - start), skipSpecialTokens: false));
            if (trained) wrapped.Mark(Colour ? Green : "⟦", takesRoom: !Colour);
            wrapped.Write(text);
            if (trained) wrapped.Mark(Colour ? Plain : "⟧", takesRoom: !Colour);
            start = end;
        }
        if (shown < ids.Length) wrapped.Write($" … and {ids.Length - shown} more tokens");
        wrapped.End();

        bool Trained(int at) => allTrained || (labels is not null && labels[at] != Sample.Ignored);
    }

    private void Line(TextWriter output, string text)
    {
        var wrapped = new WrappedText(output, Width);
        wrapped.Write(Printable.Line(text));
        wrapped.End();
    }
}
