// Safetensors: what is written is read back, bytes lie where the format says, and every kind of damage is refused by name.
using System.Buffers.Binary;
using System.Text;
using FastTune.Formats;
using Xunit;

namespace FastTune.Tests.Host.Formats;

public class SafetensorsTests
{
    [Fact]
    public void Writes_the_bytes_of_the_reference_implementation()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        Safetensors.Write(path, [Floats("b", [1f, 2f], 2), new("c", StoredType.U8, [3], s => s.Write([7, 8, 9])), Floats("a", [-1f], 1, 1)]);
        byte[] bytes = File.ReadAllBytes(path);
        string header = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"c":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}}""";
        int padded = (header.Length + 7) / 8 * 8;
        Assert.Equal((ulong)padded, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal(header.PadRight(padded), Encoding.UTF8.GetString(bytes, 8, padded));
        Assert.Equal(-1f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + padded)));
        Assert.Equal([7, 8, 9], bytes[^3..]);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Reads_every_type_it_widens()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        Safetensors.Write(path,
        [
            new("bf16", StoredType.BF16, [2], s => s.Write([0x80, 0x3f, 0x00, 0xc0])),
            new("f16", StoredType.F16, [3], s => s.Write([0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc])),
            new("f64", StoredType.F64, [], s => s.Write(BitConverter.GetBytes(0.1))),
            new("i32", StoredType.I32, [1], s => s.Write(BitConverter.GetBytes(-5))),
            new("i64", StoredType.I64, [1], s => s.Write(BitConverter.GetBytes(long.MinValue))),
            new("bool", StoredType.Bool, [2], s => s.Write([1, 0])),
        ]);
        using var set = Safetensors.Open(path);
        Assert.Equal([1f, -2f], set["bf16"].ToFloats());
        Assert.Equal([1f, 5.9604645e-8f, float.NegativeInfinity], set["f16"].ToFloats());
        Assert.Equal([0.1f], set["f64"].ToFloats());
        Assert.Equal([-5], set["i32"].ToLongs());
        Assert.Equal([long.MinValue], set["i64"].ToLongs());
        Assert.Equal([1, 0], set["bool"].ToLongs());
        Assert.Equal("pt", set.Metadata["format"]);
        Assert.Contains("'x'", Assert.Throws<UserError>(() => set["x"]).Message);
    }

    [Fact]
    public void Copies_rows_in_both_precisions()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        Safetensors.Write(path, [Floats("w", [.. Enumerable.Range(0, 12).Select(i => i + 0.001f)], 4, 3)]);
        using var set = Safetensors.Open(path);
        var floats = new float[6];
        set["w"].CopyRows(1, 2, floats);
        Assert.Equal([3.001f, 4.001f, 5.001f, 6.001f, 7.001f, 8.001f], floats);
        var halves = new ushort[3];
        set["w"].CopyRows(3, 1, halves);
        Assert.Equal([0x4110, 0x4120, 0x4130], halves);
        Assert.Throws<ArgumentOutOfRangeException>(() => set["w"].CopyRows(3, 2, floats));
        Assert.Throws<ArgumentException>(() => set["w"].CopyRows(0, 1, floats));
    }

    [Fact]
    public void Shards_by_size_and_removes_what_an_earlier_run_left()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.safetensors"), "old");
        File.WriteAllText(folder.File("model-00001-of-00009.safetensors"), "old");
        File.WriteAllText(folder.File("model_extra.safetensors"), "not ours");
        Safetensors.WriteFolder(folder.Path, [Floats("x", new float[3], 3), Floats("y", new float[2], 2), Floats("z", new float[9], 9), Floats("a", [4f], 1)], 20);
        Assert.Equal(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json", "model_extra.safetensors"],
            Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        using (var set = Safetensors.OpenFolder(folder.Path))
        {
            Assert.Equal(4, set.Tensors.Count);
            Assert.Equal([4f], set["a"].ToFloats());
        }
        Assert.Contains("\"total_size\": 60", File.ReadAllText(folder.File("model.safetensors.index.json")));
        File.Delete(folder.File("model-00002-of-00003.safetensors"));
        Assert.Contains("model-00002-of-00003.safetensors", Assert.Throws<UserError>(() => Safetensors.OpenFolder(folder.Path)).Message);
    }

    [Fact]
    public void Failing_writer_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => Safetensors.Write(path, [new("x", StoredType.F32, [2], s => s.WriteByte(1))]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends at byte 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "the file has 9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "F99")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}""", 8, "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets are 8 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "lacks")]
    [InlineData("""{"a":5}""", 0, "not an object")]
    [InlineData("""[1]""", 0, "not a JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[2]]]]]],"data_offsets":[0,8]}}""", 8, "a.safetensors")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "UTF-8")]
    [InlineData("""{} {}""", 0, "JSON")]
    public void Refuses_a_damaged_header(string header, int dataBytes, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        byte[] json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<UserError>(() => Safetensors.Open(path).Dispose());
        Assert.Contains(expected, error.Message);
        Assert.StartsWith(path, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "too few")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7b }, "claims")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d }, "claims 9 bytes")]
    public void Refuses_an_impossible_header_length(byte[] bytes, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        File.WriteAllBytes(path, bytes);
        Assert.Contains(expected, Assert.Throws<UserError>(() => Safetensors.Open(path).Dispose()).Message);
    }

    [Fact]
    public void Index_reaches_no_other_folder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.safetensors.index.json"), """{"weight_map":{"a":"../a.safetensors"}}""");
        Assert.Contains("plain file name", Assert.Throws<UserError>(() => Safetensors.OpenFolder(folder.Path)).Message);
    }

    private static TensorSource Floats(string name, float[] values, params long[] shape) => TensorSource.Of(name, values, shape);
}
