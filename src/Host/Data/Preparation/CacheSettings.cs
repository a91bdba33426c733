// What prepared rows depend on, as text: settings, the contents of the datasets, the tokenizer and the template.
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FastTune.Templates;

namespace FastTune.Data;

internal static class CacheSettings
{
    /// <summary>Settings by name. A null value cannot be known here (the datasets are not on this machine) and is not compared.</summary>
    public static SortedDictionary<string, string?> Of(DataRequest request)
    {
        var data = request.Data;
        return new SortedDictionary<string, string?>(StringComparer.Ordinal)
        {
            ["stage"] = request.Stage,
            ["predict_with_generate"] = request.Predict.ToString(),
            ["template"] = request.Template.Name,
            ["tokenizer_and_template"] = Tokens(request.Template),
            ["dataset"] = string.Join(',', data.Dataset),
            ["eval_dataset"] = $"{string.Join(',', data.EvalDataset)} {data.EvalOnEachDataset}",
            ["dataset_contents"] = Contents(request),
            ["cutoff_len"] = Text(data.CutoffLen),
            ["packing"] = $"{data.Packing}/{data.NeatPacking}",
            ["train_on_prompt"] = data.TrainOnPrompt.ToString(),
            ["mask_history"] = data.MaskHistory.ToString(),
            ["max_samples"] = data.MaxSamples is { } most ? Text(most) : "",
            ["mix_strategy"] = $"{data.MixStrategy} {string.Join(',', data.InterleaveProbs.Select(share => share.ToString("R", CultureInfo.InvariantCulture)))}",
            ["val_size"] = data.ValSize.ToString("R", CultureInfo.InvariantCulture),
            ["enable_thinking"] = $"{data.EnableThinking}/{data.PreserveThinking}",
            ["preprocessing_batch_size"] = Text(data.PreprocessingBatchSize),
            ["strict_labels"] = data.StrictLabels.ToString(),
            ["seed"] = request.Seed.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A hash of every token and of a short conversation's ids, so that another vocabulary, template or system text shows.</summary>
    private static string Tokens(ITemplate template)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int id = 0; id < template.Tokenizer.VocabularySize; id++) Add(hash, template.Tokenizer.IdToToken(id) ?? "");
        Add(hash, template.DocumentEnd);
        Message[] talk = [new(Role.User, "How much is 12 + 30?\n"), new(Role.Assistant, "42, I\u2019d say.")];
        var (prompt, answer) = template.EncodeOneturn(talk, new RenderOptions());
        hash.AppendData(MemoryMarshal.AsBytes(prompt.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(answer.AsSpan()));
        return Digest(hash);
    }

    /// <summary>A hash of the datasets' entries and files; null where one of them is not there.</summary>
    private static string? Contents(DataRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var catalog = DatasetCatalog.Load(request.Data.DatasetDir);
            foreach (string name in request.Data.Dataset.Concat(request.Data.EvalDataset))
            {
                Add(hash, catalog.Text(name));
                foreach (string file in catalog.Find(name, _ => { }).Files) AddFile(hash, file);
            }
        }
        catch (UserError)
        {
            return null;
        }
        return Digest(hash);
    }

    private static void AddFile(IncrementalHash hash, string path)
    {
        Add(hash, Path.GetFileName(path));
        using var stream = File.OpenRead(path);
        hash.AppendData(SHA256.HashData(stream));
    }

    private static void Add(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static string Digest(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
}
