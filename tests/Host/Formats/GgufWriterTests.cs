// What the GGUF writer writes, the reader reads: metadata of every type, tensors within the rounding of their type, offsets aligned.
using FastTune.Formats;
using FastTune.Kernels.Weights.Gguf;
using Xunit;

namespace FastTune.Tests.Host.Formats;

public class GgufWriterTests
{
    [Theory]
    [InlineData("F32", 0)]
    [InlineData("F16", 1.0 / 2048)]
    [InlineData("Q8_0", 1.13 / 254)]
    public void Tensors_come_back_within_the_rounding_of_their_type(string name, double relative)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.gguf");
        var type = GgufTypes.All.Single(entry => entry.Name == name);
        GgufWriter.Write(path, [], [Tensor("first", type, 3, 64, 1), Tensor("second", type, 2, 32, 2)]);
        using var file = GgufFile.Open(path);
        Assert.Equal([3L, 64L], file.Tensors["first"].Shape);
        foreach (var (key, seed) in new[] { ("first", 1), ("second", 2) })
        {
            float[] values = file.Tensors[key].ToFloats();
            int length = (int)file.Tensors[key].RowLength;
            for (int i = 0; i < values.Length; i++)
                Assert.InRange(Math.Abs(values[i] - Value(seed, i / length, i % length)), 0, relative * 4);
        }
    }

    [Fact]
    public void Metadata_comes_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.gguf");
        (string Key, GgufValue Value)[] metadata =
        [
            ("text", One(GgufValueType.String, "größer")), ("u8", One(GgufValueType.UInt8, (byte)7)), ("i8", One(GgufValueType.Int8, (sbyte)-7)),
            ("u16", One(GgufValueType.UInt16, (ushort)65535)), ("i16", One(GgufValueType.Int16, (short)-3)), ("u32", One(GgufValueType.UInt32, 4000000000u)),
            ("i32", One(GgufValueType.Int32, -5)), ("f32", One(GgufValueType.Float32, 0.5f)), ("bool", One(GgufValueType.Bool, true)),
            ("u64", One(GgufValueType.UInt64, ulong.MaxValue)), ("i64", One(GgufValueType.Int64, long.MinValue)), ("f64", One(GgufValueType.Float64, 1e300)),
            ("texts", new(GgufValueType.Array, GgufValueType.String, new[] { "a", "", "c" })),
            ("numbers", new(GgufValueType.Array, GgufValueType.Int32, new[] { 1, -2, 3 })),
        ];
        GgufWriter.Write(path, metadata, []);
        using var file = GgufFile.Open(path);
        foreach (var (key, value) in metadata)
        {
            Assert.Equal((value.Type, value.Item), (file.Metadata[key].Type, file.Metadata[key].Item));
            Assert.Equal(value.Value, file.Metadata[key].Value);
        }
    }

    [Fact]
    public void Rows_that_are_no_whole_blocks_are_refused() =>
        Assert.Throws<ArgumentException>(() => GgufWriter.Write("unused", [], [Tensor("x", GgufTypes.All.Single(type => type.Name == "Q8_0"), 1, 33, 1)]));

    private static GgufValue One(GgufValueType type, object value) => new(type, type, value);

    private static GgufTensor Tensor(string name, GgufType type, long rows, long columns, int seed) => new(name, type, [rows, columns], (row, values) =>
    {
        for (int i = 0; i < values.Length; i++) values[i] = Value(seed, row, i);
    });

    private static float Value(int seed, long row, int column) => MathF.Sin(seed * 100 + row * 7 + column * 0.37f) * 4;
}
