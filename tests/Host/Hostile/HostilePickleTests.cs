// Pickles made to do harm: each is refused in one line, without running anything and without taking memory.
using System.IO.Compression;
using System.Text;
using FastTune.Formats;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Hostile;

public class HostilePickleTests
{
    private static readonly byte[] _storage = PickleWriter.Floats(1, 2, 3, 4);

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("System.Diagnostics", "Process")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_tensor_v2.__globals__")]
    [InlineData("torch\u001b[2J", "x")]
    public void Names_that_could_run_code_are_not_followed(string module, string name)
    {
        string message = Refusal(new PickleWriter().Global(module, name).Op('(').Text("touch pwned").Op('t').Op('R').End());
        Assert.Contains($"the pickle asks for '{Printable.Line(module)}.{name}'", message);
    }

    [Theory]
    [InlineData('i'), InlineData('o'), InlineData('P'), InlineData('S'), InlineData('\x92'), InlineData('\x82'), InlineData('\x96'), InlineData('\x98')]
    public void Opcodes_that_no_weights_need_are_refused(char opcode) =>
        Assert.Contains($"opcode 0x{(int)opcode:x2}", Refusal(new PickleWriter().Raw((byte)opcode).Raw(1, 0, 0, 0, 0, 0, 0, 0).End()));

    [Theory]
    [InlineData(4, 0, 5, 1)] // past the end
    [InlineData(4, 1, 4, 1)]
    [InlineData(4, 0, 2, 4)] // the stride leaves the storage
    [InlineData(4, -1, 1, 1)]
    [InlineData(4, 0, -1, 1)]
    [InlineData(4, 0, 2, -1)]
    [InlineData(4, 0, long.MaxValue, 1)]
    [InlineData(4, 0, 3, long.MaxValue)]
    [InlineData(4, long.MaxValue, 1, 1)]
    public void Views_that_leave_their_storage_are_refused(long count, long offset, long size, long stride) =>
        Assert.Contains("reach outside their storage", Refusal(Weights(writer => writer.Tensor("Float", "0", count, offset, [size], [stride]))));

    [Fact]
    public void Few_bytes_are_not_blown_up_by_strides_of_nothing()
    {
        Assert.Contains("repeats 16 stored bytes", Refusal(Weights(writer => writer.Tensor("Float", "0", 4, 0, [1L << 40], [0]))));
        Assert.Contains("reach outside", Refusal(Weights(writer => writer.Tensor("Float", "0", 4, 0, [1L << 40, 1L << 40], [0, 0]))));
    }

    [Fact]
    public void Storages_that_lie_are_refused()
    {
        Assert.Contains("storage '0' has 16 bytes in the file", Refusal(Weights(writer => writer.Tensor("Float", "0", 5, 0, [5], [1]))));
        Assert.Contains("is not in the archive", Refusal(Weights(writer => writer.Tensor("Float", "../0", 4, 0, [4], [1]))));
        Assert.Contains("claims -4 elements", Refusal(Weights(writer => writer.Tensor("Float", "0", -4, 0, [4], [1]))));
        Assert.Contains("claims 9223372036854775807 elements", Refusal(Weights(writer => writer.Tensor("Float", "0", long.MaxValue, 0, [4], [1]))));
        Assert.Contains("described in two ways", Refusal(Weights(writer => writer.Tensor("Float", "0", 4, 0, [4], [1]).Text("v").Tensor("Int", "0", 4, 0, [4], [1]))));
    }

    [Fact]
    public void Streams_without_end_or_depth_stay_within_their_bounds()
    {
        Assert.Contains("the end of the stream", Refusal(new PickleWriter().Op('}').End()[..^1]));
        Assert.Contains("where 2 bytes are left", Refusal(new PickleWriter().Raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 16, 1).End()));
        Assert.Contains("a mark where a value is expected", Refusal(new PickleWriter().Raw(Enumerable.Repeat((byte)'(', 60_000).ToArray()).Raw(0x86).End()));
        Assert.Contains("more than 4000000 steps", Refusal(new PickleWriter().Raw(Enumerable.Repeat((byte)'N', 5_000_000).ToArray()).End()));
        Assert.Contains("a dictionary's key that is not text", Refusal(new PickleWriter().Op('}').Whole(1).Whole(1).Op('s').End()));
        Assert.Contains("never set", Refusal(new PickleWriter().Raw((byte)'h', 7).End()));
    }

    [Fact]
    public void Archives_are_not_unpacked_and_their_entries_lie_apart()
    {
        byte[] good = PickleWriter.Zip(Weights(writer => writer.Tensor("Float", "0", 4, 0, [4], [1])), ("0", _storage));
        Assert.Contains("it was cut off", Message(good[..^10]));
        Assert.Contains("compressed or encrypted", Message(Compressed()));
        Assert.Contains("leaves the archive", Message(Renamed(good, "archive/data/0", "archive/../../x")));
        Assert.Contains("leaves the archive", Message(Renamed(good, "archive/data/0", "/rchive/data/0")));
        Assert.Contains("twice", Message(Renamed(PickleWriter.Zip([.. new PickleWriter().Op('}').End()], ("0", _storage), ("1", _storage)), "archive/data/1", "archive/data/0")));
        int offset = good.AsSpan().LastIndexOf("archive/data/0"u8) - 4;
        byte[] overlapping = [.. good];
        overlapping.AsSpan(offset, 4).Clear();
        Assert.Contains("over each other", Message(overlapping));
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull")]
    [InlineData("\n<!DOCTYPE html><html>404</html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("hello", "neither of torch's two file forms")]
    public void Other_files_under_the_name_are_called_what_they_are(string text, string expected) =>
        Assert.Contains(expected, Message(Encoding.UTF8.GetBytes(text)));

    private static byte[] Weights(Func<PickleWriter, PickleWriter> tensor) => tensor(new PickleWriter().Op('}').Op('(').Text("w")).Op('u').End();

    private static string Refusal(byte[] pickle) => Message(PickleWriter.Zip(pickle, ("0", _storage)));

    private static string Message(byte[] file)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("weights.bin");
        File.WriteAllBytes(path, file);
        return Assert.Throws<UserError>(() => PyTorchFile.Open(path).Dispose()).Message;
    }

    private static byte[] Compressed()
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open();
            entry.Write(new byte[1 << 20]);
        }
        return file.ToArray();
    }

    private static byte[] Renamed(byte[] file, string from, string to)
    {
        byte[] renamed = [.. file];
        byte[] old = Encoding.UTF8.GetBytes(from), name = Encoding.UTF8.GetBytes(to[..from.Length]);
        for (int at = 0; (at = renamed.AsSpan().IndexOf(old)) >= 0;) name.CopyTo(renamed, at);
        return renamed;
    }
}
