// tokenized_path: prepared rows kept in a folder, with the settings that made them.
using System.Text;
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Data;

/// <summary>Two files: <c>rows.bin</c> (magic, version, sets of samples; little-endian) and <c>settings.json</c>, which must match.</summary>
internal static class TokenCache
{
    private const string RowsFile = "rows.bin", SettingsFile = "settings.json";
    private const int Magic = 0x53545446, Version = 1, MaxLength = 1 << 26;

    /// <summary>The kept rows where there are some, else those that <paramref name="prepare"/> makes, which are then kept.</summary>
    public static PreparedData Through(DataRequest request, PreparedData blank, Func<PreparedData> prepare)
    {
        if (request.Data.TokenizedPath is not string folder) return prepare();
        var settings = Settings(request);
        string rows = Path.Combine(folder, RowsFile);
        if (File.Exists(rows))
        {
            CheckSettings(Path.Combine(folder, SettingsFile), settings);
            return Read(rows, blank);
        }
        var prepared = prepare();
        AtomicFile.Write(rows, stream => Write(stream, prepared));
        AtomicFile.WriteText(Path.Combine(folder, SettingsFile), JsonSerializer.Serialize(settings, new JsonSerializerOptions { WriteIndented = true }));
        return prepared;
    }

    private static SortedDictionary<string, string> Settings(DataRequest request)
    {
        var data = request.Data;
        return new SortedDictionary<string, string>
        {
            ["stage"] = request.Stage,
            ["predict_with_generate"] = request.Predict.ToString(),
            ["template"] = request.Template.Name,
            ["vocabulary"] = request.Template.Tokenizer.VocabularySize.ToString(),
            ["dataset"] = string.Join(',', data.Dataset),
            ["eval_dataset"] = string.Join(',', data.EvalDataset),
            ["dataset_dir"] = data.DatasetDir,
            ["cutoff_len"] = data.CutoffLen.ToString(),
            ["packing"] = $"{data.Packing}/{data.NeatPacking}",
            ["train_on_prompt"] = data.TrainOnPrompt.ToString(),
            ["mask_history"] = data.MaskHistory.ToString(),
            ["max_samples"] = data.MaxSamples.ToString() ?? "",
            ["mix_strategy"] = $"{data.MixStrategy} {string.Join(',', data.InterleaveProbs)}",
            ["val_size"] = data.ValSize.ToString("R"),
            ["enable_thinking"] = $"{data.EnableThinking}/{data.PreserveThinking}",
            ["default_system"] = data.DefaultSystem ?? "",
            ["tool_format"] = data.ToolFormat ?? "",
            ["preprocessing_batch_size"] = data.PreprocessingBatchSize.ToString(),
            ["seed"] = request.Seed.ToString(),
        };
    }

    private static void CheckSettings(string path, SortedDictionary<string, string> wanted)
    {
        Dictionary<string, string>? kept = null;
        try
        {
            if (File.Exists(path)) kept = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path));
        }
        catch (JsonException error)
        {
            throw new UserError($"{path}: not valid JSON; delete the folder", inner: error);
        }
        foreach (var (key, value) in wanted)
            if (kept?.GetValueOrDefault(key) is var other && other != value)
                throw new UserError($"tokenized_path: {path} was made with {key} '{other}', the recipe has '{value}'; delete the folder or name another one");
    }

    private static void Write(Stream stream, PreparedData prepared)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Version);
        WriteSet(writer, prepared.TrainRows);
        writer.Write(prepared.EvalSets.Count);
        foreach (var set in prepared.EvalSets)
        {
            writer.Write(set.Name ?? "");
            WriteSet(writer, set.Rows);
        }
    }

    private static void WriteSet(BinaryWriter writer, IReadOnlyList<Sample> rows)
    {
        writer.Write(rows.Count);
        foreach (var row in rows)
        {
            WriteIds(writer, row.InputIds);
            WriteIds(writer, ReferenceEquals(row.InputIds, row.Labels) ? null : row.Labels);
            WriteIds(writer, row.PositionIds);
            WriteIds(writer, row.SequenceIds);
            WriteIds(writer, row.OtherIds);
            WriteIds(writer, row.OtherLabels);
            writer.Write(row.Desired);
            writer.Write(row.Origins.Count);
            foreach (var origin in row.Origins)
            {
                writer.Write(origin.Dataset);
                writer.Write(origin.File);
                writer.Write(origin.Row);
            }
        }
    }

    private static void WriteIds(BinaryWriter writer, int[]? ids)
    {
        writer.Write(ids?.Length ?? -1);
        if (ids is not null) writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan()));
    }

    private static PreparedData Read(string path, PreparedData blank)
    {
        try
        {
            using var stream = new BufferedStream(File.OpenRead(path), 1 << 20);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            if (reader.ReadInt32() != Magic || reader.ReadInt32() != Version) throw new InvalidDataException("of another program or version");
            var train = ReadSet(reader);
            var sets = new List<EvalSet>();
            for (int left = Length(reader); left > 0; left--)
            {
                string name = reader.ReadString();
                sets.Add(new EvalSet(name.Length == 0 ? null : name, ReadSet(reader)));
            }
            return blank with { TrainRows = train, EvalSets = sets };
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new UserError($"{path}: cannot be read as prepared rows ({error.Message}); delete the folder", inner: error);
        }
    }

    private static List<Sample> ReadSet(BinaryReader reader)
    {
        var rows = new List<Sample>();
        for (int left = Length(reader); left > 0; left--)
        {
            int[] ids = ReadIds(reader) ?? throw new InvalidDataException("a row without ids");
            var row = new Sample
            {
                InputIds = ids,
                Labels = ReadIds(reader) ?? ids,
                PositionIds = ReadIds(reader),
                SequenceIds = ReadIds(reader),
                OtherIds = ReadIds(reader),
                OtherLabels = ReadIds(reader),
                Desired = reader.ReadBoolean(),
            };
            var origins = new List<RowOrigin>();
            for (int count = Length(reader); count > 0; count--)
                origins.Add(new RowOrigin(string.Intern(reader.ReadString()), string.Intern(reader.ReadString()), reader.ReadInt64()));
            rows.Add(row with { Origins = origins });
        }
        return rows;
    }

    private static int[]? ReadIds(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        if (length == -1) return null;
        if (length is < 0 or > MaxLength) throw new InvalidDataException("a length is out of range");
        byte[] bytes = reader.ReadBytes(length * sizeof(int));
        if (bytes.Length < length * sizeof(int)) throw new EndOfStreamException("the file is cut off");
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(bytes).ToArray();
    }

    private static int Length(BinaryReader reader) => reader.ReadInt32() is >= 0 and var count ? count : throw new InvalidDataException("a count is negative");
}
