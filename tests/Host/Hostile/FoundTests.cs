// What the fuzzers found, each in its smallest form: inputs that once crashed the program, took its memory, or ended in an internal error.
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using FastTune.Config;
using FastTune.Data;
using FastTune.Formats;
using FastTune.Models;
using FastTune.Tests.Host.Data;
using FastTune.Tests.Host.Formats;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Host.Hostile;

public class FoundTests
{
    private static readonly byte[] _notUtf8 = [.. "{\"model_type\": \"lla"u8, 0xff, .. "ma\"}"u8];

    [Fact]
    public void Json_that_is_not_utf8_is_one_line_in_every_file_of_a_model()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["config.json", "tokenizer.json", Safetensors.IndexName]) File.WriteAllBytes(folder.File(name), _notUtf8);
        Assert.Contains("not valid JSON", Assert.Throws<UserError>(() => ModelConfig.Read(folder.File("config.json"))).Message);
        Assert.Contains("not valid JSON", Assert.Throws<UserError>(() => Tokenizer.Load(folder.Path)).Message);
        Assert.Contains("not valid JSON", Assert.Throws<UserError>(() => Safetensors.OpenFolder(folder.Path)).Message);
    }

    [Fact]
    public void Half_characters_in_escapes_are_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), """{"model_type": "\ud800"}""");
        Assert.Contains("not valid JSON", Assert.Throws<UserError>(() => ModelConfig.Read(folder.File("config.json"))).Message);
        File.WriteAllText(folder.File("config.json"), """{"model_type": "\ud83d\ude00"}""");
        Assert.Contains("\U0001f600", Assert.Throws<UserError>(() => ModelConfig.Read(folder.File("config.json"))).Message);
    }

    [Fact]
    public void A_dataset_that_is_not_utf8_names_its_row()
    {
        using var folder = new DataFolder().Entry("d.jsonl");
        File.WriteAllBytes(Path.Combine(folder.Path, "d.jsonl"), [.. "{\"instruction\": \"a\", \"output\": \"b\"}\n{\"a"u8, 0xff, .. "\": \"a\", \"output\": \"b\"}"u8]);
        Assert.Contains("d.jsonl, row 2: not valid JSON", Assert.Throws<UserError>(() => folder.Load()).Message);
    }

    [Theory]
    [InlineData("a: b\u0000: - ? [\n")]
    [InlineData("[*a,*a")]
    [InlineData("? \t: &a *a")]
    public void Yaml_that_trips_the_library_is_one_line(string text) =>
        Assert.DoesNotContain('\n', Assert.Throws<UserError>(() => YamlText.Parse(text, "recipe.yaml")).Message);

    [Fact]
    public void Quotations_in_messages_stay_on_one_line_and_are_bounded()
    {
        var error = new UserError($"column 'a\n\u001b[2J{new string('x', 1 << 20)}' is wrong: rename it");
        Assert.DoesNotContain(error.Message, letter => char.IsControl(letter));
        Assert.True(error.Message.Length < 5000 && error.Message.EndsWith("rename it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_full_of_quotes_out_of_place_does_not_take_hours()
    {
        using var folder = new DataFolder().Entry("d.csv").With("d.csv", "instruction,output\n" + string.Concat(Enumerable.Repeat(" y\",a", 30_000)));
        Assert.Contains("row 2: too many quotes inside cells", Assert.Throws<UserError>(() => folder.Load()).Message);
    }

    [Fact]
    public void An_arrow_message_that_claims_gigabytes_is_refused_before_memory_is_taken()
    {
        foreach (string text in (string[])["\u007f\u007f\u007f\u007fxxxx", "ARROW1\0\0\u007f\u007f\u007f\u007fxxxxxxxx"])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("a length of 2139062143", Refused(Encoding.Latin1.GetBytes(text)));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50 << 20);
        }
    }

    [Fact]
    public void Offsets_of_an_arrow_column_never_lead_outside_its_buffer()
    {
        byte[] good = Arrow();
        int offsets = good.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0]);
        Assert.True(offsets > 0);
        foreach (byte[] bad in (byte[][])[[0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0x70], [0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 6, 0, 0, 0], [0, 0, 0, 0, 9, 0, 0, 0, 6, 0, 0, 0]])
        {
            byte[] file = [.. good];
            bad.CopyTo(file, offsets);
            Assert.Contains("an offset points outside", Refused(file));
        }
    }

    private static string Refused(byte[] file)
    {
        using var folder = new DataFolder().Entry("d.arrow");
        File.WriteAllBytes(Path.Combine(folder.Path, "d.arrow"), file);
        return Assert.Throws<UserError>(() => folder.Load()).Message;
    }

    private static byte[] Arrow()
    {
        var schema = new Schema.Builder().Field(field => field.Name("instruction").DataType(StringType.Default)).Build();
        var file = new MemoryStream();
        using var batch = new RecordBatch(schema, [new StringArray.Builder().Append("one").Append("two").Build()], 2);
        using (var writer = new ArrowStreamWriter(file, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        return file.ToArray();
    }
}
