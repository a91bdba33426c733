// Rows that are too long or too deep: one line with file and row, and memory that stays within a few times the limit.
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using FastTune.Data;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class LongRowTests
{
    private const int Long = 70 << 20;

    [Theory]
    [InlineData("d.json", "[{\"instruction\": \"q\", \"output\": \"a\"}, {\"output\": \"", "\"}]")]
    [InlineData("d.jsonl", "{\"instruction\": \"q\", \"output\": \"a\"}\n{\"output\": \"", "\"}")]
    [InlineData("d.csv", "instruction,output\nq,a\nr,", "\n")]
    [InlineData("d.csv", "instruction,output\nq,a\nr,\"", "\n")]
    [InlineData("d.txt", "q\n", "\n")]
    public void A_long_row_of_text_is_named(string file, string before, string after)
    {
        using var folder = new DataFolder().Entry(file);
        using (var writer = new StreamWriter(Path.Combine(folder.Path, file)))
        {
            writer.Write(before);
            string stretch = new('x', 1 << 20);
            for (int i = 0; i < Long >> 20; i++) writer.Write(stretch);
            writer.Write(after);
        }
        Refused(file, 2, Entry(folder, file));
    }

    /// <summary>Many cells that are each short enough.</summary>
    [Fact]
    public void A_long_row_of_short_cells_is_named()
    {
        using var folder = new DataFolder().Entry("d.csv");
        using (var writer = new StreamWriter(Path.Combine(folder.Path, "d.csv")))
        {
            writer.Write("instruction,output\nq,a\nr");
            string stretch = "," + new string('x', 1 << 20);
            for (int i = 0; i < Long >> 20; i++) writer.Write(stretch);
        }
        Refused("d.csv", 2, Entry(folder, "d.csv"));
    }

    [Fact]
    public async Task A_long_row_of_a_parquet_file_is_named_before_it_is_unpacked()
    {
        using var folder = new DataFolder().Entry("d.parquet");
        var schema = new ParquetSchema(new DataField<string>("instruction"), new DataField<string>("output"));
        await using (var file = File.Create(Path.Combine(folder.Path, "d.parquet")))
            await ParquetSerializer.SerializeUntypedAsync([Row("q", "a"), Row("r", new string('x', Long))], schema, file, new ParquetOptions { RowGroupSize = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        Refused("d.parquet", 2, Entry(folder, "d.parquet"), most: 1 << 20);

        static IDictionary<string, object?> Row(string instruction, string output) => new Dictionary<string, object?> { ["instruction"] = instruction, ["output"] = output };
    }

    [Fact]
    public void A_long_row_of_an_arrow_file_is_named()
    {
        using var folder = new DataFolder().Entry("d.arrow");
        var schema = new Schema.Builder().Field(f => f.Name("instruction").DataType(StringType.Default)).Build();
        using (var file = File.Create(Path.Combine(folder.Path, "d.arrow")))
        using (var batch = new RecordBatch(schema, [new StringArray.Builder().Append("q").Append(new string('x', Long)).Build()], 2))
        using (var writer = new ArrowStreamWriter(file, schema))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        Refused("d.arrow", 2, Entry(folder, "d.arrow"));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void A_deep_row_is_named(string nest)
    {
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", "{}\n{\"instruction\": " + string.Concat(Enumerable.Repeat(nest, 100_000)));
        Assert.StartsWith("d.jsonl, row 2: not valid JSON (", Assert.Throws<UserError>(() => RowSource.Read(Entry(folder, "d.jsonl")).Count()).Message);
    }

    [Theory]
    [InlineData("d.csv", "instruction,output\nq,\u00e9", 1)]
    [InlineData("d.txt", "\u00e9", 1)]
    public void Bytes_that_are_no_text_are_named(string file, string text, int row)
    {
        using var folder = new DataFolder().Entry(file);
        File.WriteAllBytes(Path.Combine(folder.Path, file), Encoding.Latin1.GetBytes(text));
        Assert.StartsWith($"{file}, row {row} or shortly after: is not valid UTF-8", Assert.Throws<UserError>(() => RowSource.Read(Entry(folder, file)).Count()).Message);
    }

    private static DatasetEntry Entry(DataFolder folder, string file) => new() { Name = "d", Files = [Path.Combine(folder.Path, file)] };

    private static void Refused(string file, int row, DatasetEntry entry, long most = 768 << 20)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<UserError>(() => RowSource.Read(entry).Count()).Message;
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.StartsWith($"{file}, row {row}: is ", message);
        Assert.DoesNotContain('\n', message);
        Assert.True(taken < most, $"{taken >> 20} MiB");
    }
}
