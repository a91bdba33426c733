// Datasets of every form as fuzz targets: read, aligned and tokenised as a run does it.
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Tokenizers;
using Parquet.Serialization;

namespace FastTune.Fuzz;

internal static class DataTargets
{
    private const string Alpaca = """{"instruction": "q", "input": "", "output": "a", "history": [["x", "y"]], "system": "s"}""";
    private const string Talk = """{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "tools": "[]"}""";
    private const string Chat = """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": "{\"x\": 1}"}}]}, {"role": "tool", "content": "1"}, {"role": "assistant", "content": "a"}]}""";
    private const string Catalog = """{"d": {"file_name": "d.jsonl", "formatting": "alpaca", "columns": {"prompt": "instruction", "response": "output"}, "num_samples": 5}}""";

    private static readonly Lazy<ITemplate> _template = new(() => ChatTemplates.Find(
        "empty", BpeTrainer.TrainByteLevel(["some text to train on"], 270, ["<s>", "</s>"], new SpecialTokens("<s>", "</s>", null, null, []))));

    private static readonly string[] _words =
        ["\"instruction\":", "\"output\":", "\"conversations\":", "\"from\":", "\"human\"", "\"gpt\"", "\"messages\":", "\"role\":", "\"content\":", "\"tool_calls\":", "\"file_name\":", "\"columns\":", "\"formatting\":", "\"sharegpt\"", "PAR1", "ARROW1", "\r\n", "\"\"", "},{"];

    public static IEnumerable<FuzzTarget> All =>
    [
        Rows("data-json", "d.json", "", () => TextSeeds.Bytes($"[{Alpaca},\n{Alpaca}]")),
        Rows("data-jsonl", "d.jsonl", "", () => TextSeeds.Bytes($"{Alpaca}\n{Alpaca}\n")),
        Rows("data-sharegpt", "d.json", ", \"formatting\": \"sharegpt\", \"columns\": {\"messages\": \"conversations\", \"tools\": \"tools\"}", () => TextSeeds.Bytes($"[{Talk},{Talk}]")),
        Rows("data-openai", "d.json", ", \"formatting\": \"openai\", \"columns\": {\"messages\": \"messages\"}, \"tags\": {\"role_tag\": \"role\", \"content_tag\": \"content\", \"user_tag\": \"user\", \"assistant_tag\": \"assistant\", \"observation_tag\": \"tool\", \"function_tag\": \"function\", \"system_tag\": \"system\"}", () => TextSeeds.Bytes($"[{Chat}]")),
        Rows("data-csv", "d.csv", "", () => TextSeeds.Bytes("instruction,input,output\nq,\"i \"\"x\"\", y\",a\nr,,b\n")),
        Rows("data-txt", "d.txt", ", \"columns\": {\"prompt\": \"text\"}", () => TextSeeds.Bytes("a line\nanother\r\n\nthe last"), "pt"),
        Rows("data-parquet", "d.parquet", "", () => [Parquet()]),
        Rows("data-arrow", "d.arrow", "", () => [Arrow(stream: false), Arrow(stream: true)]),
        new("dataset-info", "dataset_info.json", () => TextSeeds.Bytes(Catalog), ReadCatalog) { Words = _words },
    ];

    private static FuzzTarget Rows(string name, string file, string more, Func<IEnumerable<byte[]>> seeds, string stage = "sft") =>
        new(name, file, seeds, path => ReadRows(Path.GetDirectoryName(path)!, $"{{\"d\": {{\"file_name\": \"{file}\"{more}}}}}", stage)) { Words = _words };

    private static void ReadRows(string folder, string catalog, string stage)
    {
        File.WriteAllText(Path.Combine(folder, "dataset_info.json"), catalog);
        Load(folder, stage);
    }

    private static void ReadCatalog(string path)
    {
        string folder = Path.GetDirectoryName(path)!, rows = Path.Combine(folder, "d.jsonl");
        if (!File.Exists(rows)) File.WriteAllText(rows, Alpaca + "\n");
        Load(folder, "sft");
    }

    private static void Load(string folder, string stage) =>
        DatasetLoader.Load(new DataRequest(new DataOptions { DatasetDir = folder, Dataset = ["d"], CutoffLen = 64 }, stage, _template.Value, Seed: 1));

    private static byte[] Parquet()
    {
        var stream = new MemoryStream();
        ParquetSerializer.SerializeAsync([new ParquetRow { instruction = "q", output = "a" }, new ParquetRow { instruction = "r", output = "b" }], stream).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    private static byte[] Arrow(bool stream)
    {
        var question = new StringArray.Builder().Append("q").Append("r").Build();
        var answer = new StringArray.Builder().Append("a").Append("b").Build();
        var number = new Int32Array.Builder().Append(1).Append(2).Build();
        var schema = new Schema.Builder().Field(field => field.Name("instruction").DataType(StringType.Default))
            .Field(field => field.Name("output").DataType(StringType.Default)).Field(field => field.Name("id").DataType(Int32Type.Default)).Build();
        var file = new MemoryStream();
        using var batch = new RecordBatch(schema, [question, answer, number], 2);
        using (var writer = stream ? new ArrowStreamWriter(file, schema, leaveOpen: true) : new ArrowFileWriter(file, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        return file.ToArray();
    }

    /// <summary>Column names are those of the data set.</summary>
    public sealed class ParquetRow
    {
        public string? instruction { get; set; }

        public string? output { get; set; }
    }
}
