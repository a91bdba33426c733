// torch's pickled weights: what the reader builds, bit for bit, from both file forms, views and shards.
using FastTune.Formats;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Hostile;

public class PyTorchFileTests
{
    private static readonly byte[] _six = PickleWriter.Floats(1, 2, 3, 4, 5, 6);

    [Fact]
    public void Reads_views_that_share_a_storage_and_run_across_it()
    {
        var pickle = new PickleWriter().Op('}').Op('(')
            .Text("whole").Tensor("Float", "0", 6, 0, [2, 3], [3, 1])
            .Text("turned").Tensor("Float", "0", 6, 0, [3, 2], [1, 3])
            .Text("part").Tensor("Float", "0", 6, 4, [2], [1])
            .Text("column").Tensor("Float", "0", 6, 1, [2, 1], [3, 1])
            .Text("scalar").Tensor("Float", "0", 6, 5, [], [])
            .Text("none").Tensor("Float", "0", 6, 0, [0, 3], [3, 1])
            .Op('u').End();
        using var folder = new TemporaryFolder();
        using var set = Open(folder, PickleWriter.Zip(pickle, ("0", _six)));
        Assert.Equal([1f, 2, 3, 4, 5, 6], set["whole"].ToFloats());
        Assert.Equal([1f, 4, 2, 5, 3, 6], set["turned"].ToFloats());
        Assert.Equal([5f, 6], set["part"].ToFloats());
        Assert.Equal([2f, 5], set["column"].ToFloats());
        Assert.Equal([6f], set["scalar"].ToFloats());
        Assert.Empty(set["none"].ToFloats());
        var rows = new float[2];
        set["turned"].CopyRows(1, 1, rows);
        Assert.Equal([2f, 5], rows);
        Assert.Equal([128, 64, 0, 0], set["turned"].Slice(6, 4).ToArray());
    }

    [Fact]
    public void Reads_every_storage_class()
    {
        (string Kind, int Width)[] kinds = [("Float", 4), ("Half", 2), ("BFloat16", 2), ("Double", 8), ("Long", 8), ("Int", 4), ("Short", 2), ("Char", 1), ("Byte", 1), ("Bool", 1)];
        var pickle = new PickleWriter().Op('}').Op('(');
        foreach (var (kind, _) in kinds) pickle.Text(kind).Tensor(kind, kind, 2, 0, [2], [1]);
        using var folder = new TemporaryFolder();
        using var set = Open(folder, PickleWriter.Zip(pickle.Op('u').End(), [.. kinds.Select(kind => (kind.Kind, new byte[2 * kind.Width]))]));
        Assert.Equal(["F32", "F16", "BF16", "F64", "I64", "I32", "I16", "I8", "U8", "BOOL"], kinds.Select(kind => set[kind.Kind].Type.Name));
        Assert.All(kinds, kind => Assert.Equal(2 * kind.Width, set[kind.Kind].ByteLength));
    }

    [Fact]
    public void Reads_parameters_untyped_storages_and_the_later_protocol()
    {
        var pickle = new PickleWriter().OrderedDict().Op('(')
            .Text("parameter").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor("Float", "0", 6, 0, [6], [1]).Raw(0x88).OrderedDict().Op('t').Op('R')
            .Text("typed").Global("torch._utils", "_rebuild_tensor_v3").Op('(')
                .Op('(').Text("storage").Text("torch.storage").Text("UntypedStorage").Raw(0x93).Text("1").Text("cpu").Whole(4).Op('t').Op('Q')
                .Whole(1).Wholes(1).Wholes(1).Raw(0x89).OrderedDict().Global("torch", "uint16").Op('t').Op('R')
            .Op('u').Op('}').Text("_metadata").OrderedDict().Op('s').Op('b').End();
        using var folder = new TemporaryFolder();
        using var set = Open(folder, PickleWriter.Zip(pickle, ("0", _six), ("1", [1, 0, 2, 1])));
        Assert.Equal([1f, 2, 3, 4, 5, 6], set["parameter"].ToFloats());
        Assert.Equal([0x102], set["typed"].ToLongs());
    }

    [Fact]
    public void Reads_the_stream_form()
    {
        using var folder = new TemporaryFolder();
        using var set = Open(folder, Stream(6, _six));
        Assert.Equal([2f, 3], set["w"].ToFloats());
    }

    [Fact]
    public void Refuses_a_stream_whose_storage_is_cut_or_lies_about_its_length()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has 20 bytes in the file", Message(folder, Stream(5, _six)));
        Assert.Contains("claims 6 elements, the file has 20 bytes more", Message(folder, Stream(6, _six[..20])));
        Assert.Contains("claims 4611686018427387905 elements", Message(folder, Stream((1L << 62) + 1, _six)));
    }

    [Fact]
    public void Opens_shards_that_the_index_names_and_looks_at_no_other_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("one.bin"), PickleWriter.Zip(new PickleWriter().Op('}').Text("a").Tensor("Float", "0", 6, 0, [6], [1]).Op('s').End(), ("0", _six)));
        File.WriteAllBytes(folder.File("two.bin"), PickleWriter.Zip(new PickleWriter().Op('}').Text("b").Tensor("Float", "0", 6, 3, [1], [1]).Op('s').End(), ("0", _six)));
        File.WriteAllText(folder.File("stray.bin"), "not weights at all");
        string index = folder.File(PyTorchFile.IndexName);
        File.WriteAllText(index, """{"metadata": {}, "weight_map": {"a": "one.bin", "b": "two.bin"}}""");
        using (var set = WeightFolder.Open(folder.Path)) Assert.Equal([4f], set["b"].ToFloats());
        File.WriteAllText(index, """{"weight_map": {"a": "one.bin", "b": "one.bin"}}""");
        Assert.Contains("tensor 'b' is missing, though pytorch_model.bin.index.json says", Assert.Throws<UserError>(() => WeightFolder.Open(folder.Path)).Message);
        File.WriteAllText(index, """{"weight_map": {"a": "three.bin"}}""");
        Assert.Contains("three.bin: shard named in pytorch_model.bin.index.json is missing", Assert.Throws<UserError>(() => WeightFolder.Open(folder.Path)).Message);
    }

    private static TensorSet Open(TemporaryFolder folder, byte[] file)
    {
        string path = folder.File("weights.bin");
        File.WriteAllBytes(path, file);
        return PyTorchFile.Open(path);
    }

    private static string Message(TemporaryFolder folder, byte[] file) => Assert.Throws<UserError>(() => Open(folder, file).Dispose()).Message;

    private static byte[] Stream(long count, byte[] storage) =>
        PickleWriter.Stream(new PickleWriter().Op('}').Text("w").Tensor("Float", "77", 6, 1, [2], [1], legacy: true).Op('s').End(), "77", count, storage);
}
