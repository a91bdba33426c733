// A real model from its GGUF file: next-token logits, streams, greedy continuations, and the likelihood of a passage.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

/// <summary>A folder NAME with prompts.jsonl, logits.safetensors and passage.json; the model is the GGUF file in models/NAME…/ further up.
/// Tolerances: golden/smollm2/README.md.</summary>
internal sealed class SmolLm2Area : IArea
{
    private const double LogitsTolerance = 1e-3, HiddenTolerance = 1e-3, LikelihoodTolerance = 1e-4, SafeMargin = 0.02;

    public string Name => "real-model";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string prompts = Path.Combine(path, "prompts.jsonl"), logits = Path.Combine(path, "logits.safetensors"), passage = Path.Combine(path, "passage.json");
        if (!File.Exists(prompts) || !File.Exists(logits) || ModelOf(path) is not { } model) yield break;
        var run = new Lazy<ModelRun>(() => new ModelRun(model, trains: false));
        foreach (JsonElement prompt in GoldenJson.Lines(prompts))
            yield return new Case($"{Path.GetFileName(path)}/{prompt.Text("name")}", () => CheckPrompt(run.Value, prompt, logits));
        string sft = Path.Combine(path, "sft");
        if (File.Exists(Path.Combine(sft, "curve.json"))) yield return new Case($"{Path.GetFileName(path)}/sft", () => SmolLm2Sft.Check(sft, model));
        if (File.Exists(passage)) yield return new Case($"{Path.GetFileName(path)}/passage", () => CheckPassage(run.Value, GoldenJson.Load(passage)));
    }

    private static string? ModelOf(string path)
    {
        string name = Path.GetFileName(path);
        for (string? up = Path.GetDirectoryName(path); up is not null; up = Path.GetDirectoryName(up))
        {
            string models = Path.Combine(up, "models");
            if (!Directory.Exists(models)) continue;
            foreach (string folder in Directory.GetDirectories(models, name + "*"))
                if (Directory.GetFiles(folder, "*.gguf") is [var only]) return only;
        }
        return null;
    }

    private static Verdict CheckPrompt(ModelRun run, JsonElement prompt, string logitsFile)
    {
        var deviations = new Deviations();
        int[] ids = Ids(prompt.GetProperty("ids")), greedy = Ids(prompt.GetProperty("greedy"));
        using var tensors = Safetensors.Open(logitsFile);
        int[] got = run.Greedy(ids, greedy.Length, logits => CompareNext(deviations, prompt, logits, tensors));
        CompareHidden(deviations, run, ids, $"{prompt.Text("name")}.hidden_last", tensors);
        double[] margins = [.. prompt.GetProperty("margins").EnumerateArray().Select(margin => margin.GetDouble())];
        int safe = margins.TakeWhile(margin => margin >= SafeMargin).Count();
        deviations.Compare("greedy", Floats(greedy.AsSpan(0, safe)), Floats(got.AsSpan(0, safe)), tolerance: 0);
        return deviations.Verdict;
    }

    private static void CompareNext(Deviations deviations, JsonElement prompt, float[] logits, TensorSet tensors)
    {
        JsonElement[] best = [.. prompt.GetProperty("top10").EnumerateArray()];
        deviations.Compare("top10", [.. best.Select(pair => (float)pair[1].GetDouble())], [.. best.Select(pair => logits[pair[0].GetInt32()])], LogitsTolerance);
        deviations.Compare("logsumexp", [(float)prompt.GetProperty("logsumexp").GetDouble()], [(float)LogSumExp(logits)], LogitsTolerance);
        if (tensors.Tensors.TryGetValue($"{prompt.Text("name")}.last_logits", out var all)) deviations.Compare("last_logits", all.ToFloats(), logits, LogitsTolerance);
    }

    /// <summary>The stream at the last position; the last layer's is stored after the final norm.</summary>
    private static void CompareHidden(Deviations deviations, ModelRun run, int[] ids, string name, TensorSet tensors)
    {
        if (!tensors.Tensors.TryGetValue(name, out var stored)) return;
        float[] expected = stored.ToFloats();
        int layers = run.Decoder.Layers.Count, width = run.Decoder.Spec.HiddenSize;
        var got = new float[expected.Length];
        run.Logits(TokenBatch.Sequence(ids), (i, hidden) => hidden.AsSpan(hidden.Length - width).CopyTo(got.AsSpan(Math.Min(i, layers) * width)));
        for (int i = 0; i <= layers; i++)
        {
            var row = expected.AsSpan(i * width, width);
            double largest = row.ToArray().Max(Math.Abs);
            deviations.Compare($"{name}[{i}]", row, got.AsSpan(i * width, width), HiddenTolerance * largest);
        }
    }

    private static Verdict CheckPassage(ModelRun run, JsonElement passage)
    {
        var deviations = new Deviations();
        int[] ids = Ids(passage.GetProperty("ids"));
        double[] expected = [.. passage.GetProperty("nll").EnumerateArray().Select(value => value.GetDouble())];
        float[] logits = run.Logits(TokenBatch.Sequence(ids));
        int vocabulary = logits.Length / ids.Length;
        double sum = 0;
        for (int i = 0; i + 1 < ids.Length; i++)
        {
            var row = logits.AsSpan(i * vocabulary, vocabulary);
            sum += LogSumExp(row) - row[ids[i + 1]];
        }
        deviations.Compare("mean nll", [(float)expected.Average()], [(float)(sum / (ids.Length - 1))], LikelihoodTolerance);
        return deviations.Verdict;
    }

    private static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits) largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (float logit in logits) sum += Math.Exp(logit - (double)largest);
        return largest + Math.Log(sum);
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    private static float[] Floats(ReadOnlySpan<int> ids)
    {
        var values = new float[ids.Length];
        for (int i = 0; i < ids.Length; i++) values[i] = ids[i];
        return values;
    }
}
