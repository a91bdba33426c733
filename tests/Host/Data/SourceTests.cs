// Files of typed forms: what is written comes back as the same rows.
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class SourceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Arrow_files_of_both_formats_are_read(bool stream)
    {
        using var folder = new DataFolder().Entry("d.arrow");
        var question = new StringArray.Builder().Append("q").Append("r").Build();
        var answer = new StringArray.Builder().Append("a").AppendNull().Build();
        var number = new Int32Array.Builder().Append(1).Append(2).Build();
        var schema = new Schema.Builder().Field(f => f.Name("instruction").DataType(StringType.Default))
            .Field(f => f.Name("output").DataType(StringType.Default)).Field(f => f.Name("id").DataType(Int32Type.Default)).Build();
        using (var file = File.Create(Path.Combine(folder.Path, "d.arrow")))
        using (var batch = new RecordBatch(schema, [question, answer, number], 2))
        using (var writer = stream ? new ArrowStreamWriter(file, schema) : new ArrowFileWriter(file, schema))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        var prepared = folder.Load();
        Assert.Equal(["qA"], prepared.TrainRows.Select(DataFolder.Text));
        Assert.Equal("d.arrow, row 2 is left out: has no answer", Assert.Single(prepared.Warnings));
    }

    public sealed class Said
    {
        public string? from { get; set; }
        public string? value { get; set; }
    }

    public sealed class Talk
    {
        public List<Said>? conversations { get; set; }
        public int id { get; set; }
        public double? score { get; set; }
    }

    [Fact]
    public async Task Conversations_of_a_parquet_file_are_read()
    {
        using var folder = new DataFolder().Entry("d.parquet", ", \"formatting\": \"sharegpt\"");
        Said[] said = [new() { from = "human", value = "q" }, new() { from = "gpt", value = "a" }, new() { from = "human", value = "r" }, new() { from = "gpt", value = "b" }];
        Talk[] talks = [new() { conversations = [.. said] }, new() { conversations = [.. said[2..]], id = 7, score = 0.5 }];
        await using (var file = File.Create(Path.Combine(folder.Path, "d.parquet")))
            await Parquet.Serialization.ParquetSerializer.SerializeAsync(talks, file, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["qArB", "rB"], folder.Load().TrainRows.Select(DataFolder.Text));
    }

    [Theory]
    [InlineData("d.parquet", "cannot be read as Parquet")]
    [InlineData("d.arrow", "cannot be read as Arrow")]
    public void A_damaged_typed_file_is_one_line(string file, string what)
    {
        using var folder = new DataFolder().Entry(file).With(file, "PAR1 this is no such file PAR1");
        var error = Assert.Throws<UserError>(() => folder.Load());
        Assert.StartsWith($"{file}: {what}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_folder_is_read_in_name_order_and_hidden_files_are_not()
    {
        using var folder = new DataFolder().Entry("parts");
        Directory.CreateDirectory(Path.Combine(folder.Path, "parts"));
        folder.With("parts/b.jsonl", """{"instruction": "b", "output": "x"}""").With("parts/a.jsonl", """{"instruction": "a", "output": "x"}""").With("parts/.note", "no rows");
        Assert.Equal(["aX", "bX"], folder.Load().TrainRows.Select(DataFolder.Text));
    }

    [Fact]
    public void Names_that_are_not_there_are_errors_that_say_what_is()
    {
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", "{}");
        Assert.Contains("known are: d", Assert.Throws<UserError>(() => folder.Load(change: data => data with { Dataset = ["e"] })).Message);
        folder.Entry("gone.jsonl");
        Assert.Contains("gone.jsonl does not exist", Assert.Throws<UserError>(() => folder.Load()).Message);
        folder.With("dataset_info.json", """{"d": {"hf_hub_url": "a/b"}}""");
        Assert.Contains("hf_hub_url is not supported", Assert.Throws<UserError>(() => folder.Load()).Message);
    }
}
