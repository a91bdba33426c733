// What a model computes against a golden's tensors, part by part. Tolerances: golden/models/README.md.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Models;

namespace FastTune.Parity;

internal sealed class ModelComparison(ModelRun run, TensorSet golden, double tolerance)
{
    private const double LossTolerance = 1e-4, GradientTolerance = 2e-3;

    /// <summary>A gradient below this is zero but for rounding (README: zero_gradients); rounding may show up to ten times it.</summary>
    private const float ZeroGradient = 1e-7f;

    private readonly Deviations _deviations = new();
    private readonly AdapterBatch _batch = AdapterBatch.Read(golden);

    public Verdict Verdict => _deviations.Verdict;

    /// <summary>Hidden states of row 0, which is not padded, and logits of all attended tokens.</summary>
    public void Forward()
    {
        int last = run.Decoder.Layers.Count + 1;
        float[] got = run.Logits(_batch.Tokens, (i, hidden) => CompareHidden(i == last ? "hidden.final" : $"hidden.{i}", hidden));
        float[] all = golden["logits"].ToFloats(), expected = new float[got.Length];
        int width = got.Length / _batch.Places.Length;
        for (int i = 0; i < _batch.Places.Length; i++) all.AsSpan(_batch.Places[i] * width, width).CopyTo(expected.AsSpan(i * width));
        _deviations.Compare("logits", expected, got, tolerance);
    }

    public void Backward()
    {
        _deviations.Compare("loss", golden["loss"].ToFloats(), [run.Loss(_batch.Tokens)], LossTolerance);
        var parameters = run.Decoder.Parameters.ToDictionary(parameter => "grad." + parameter.Name);
        foreach (string name in golden.Tensors.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            float[] expected = golden[name].ToFloats();
            float[] got = parameters.TryGetValue(name, out Parameter? parameter) ? run.Gradient(parameter) : [];
            float largest = expected.Max(Math.Abs);
            _deviations.Compare(name, expected, got, largest < ZeroGradient ? 10 * ZeroGradient : GradientTolerance * largest);
        }
    }

    public void Generate()
    {
        int[] prompt = Ids("generate.prompt"), whole = Ids("generate.ids");
        int[] got = run.Greedy(prompt, whole.Length - prompt.Length);
        _deviations.Compare("generate.ids", Floats(whole), Floats([.. prompt, .. got]), tolerance: 0);
    }

    /// <summary>Several sequences in one row: a new one begins where the positions begin again.</summary>
    public void Packed()
    {
        int[] ids = Ids("packed.input_ids"), positions = Ids("packed.position_ids");
        int[] starts = [.. Enumerable.Range(0, ids.Length).Where(i => positions[i] == 0), ids.Length];
        var tokens = new TokenBatch(ids, positions, starts, [], [], positions.Max() + 1);
        _deviations.Compare("packed.logits", golden["packed.logits"].ToFloats(), run.Logits(tokens), tolerance);
    }

    private void CompareHidden(string name, float[] got)
    {
        float[] expected = golden[name].ToFloats();
        _deviations.Compare(name, expected, got.AsSpan(0, Math.Min(got.Length, expected.Length)), tolerance * Math.Max(1, expected.Max(Math.Abs)));
    }

    private int[] Ids(string name) => [.. golden[name].ToLongs().Select(id => checked((int)id))];

    private static float[] Floats(int[] ids) => Array.ConvertAll(ids, id => (float)id);
}
