// A line that counts the tensors written, redrawn for a person at a terminal.
using FastTune.Formats;

namespace FastTune.Export;

internal static class WriteProgress
{
    /// <summary>The same tensors; each says when it is written.</summary>
    public static IReadOnlyList<TensorSource> Counting(IReadOnlyList<TensorSource> weights, ITerminal terminal)
    {
        if (!terminal.Interactive) return weights;
        int done = 0;
        return [.. weights.Select(weight => weight with { Write = stream => Write(weight, stream) })];

        void Write(TensorSource weight, Stream stream)
        {
            weight.Write(stream);
            terminal.Error.Write($"\rwriting tensor {++done} of {weights.Count}{(done == weights.Count ? "\n" : "")}");
        }
    }
}
