// Writes pickle streams opcode by opcode, and torch's two file forms around them, for tests and fuzzing of the reader.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FastTune.Fuzz;

internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    public PickleWriter() => Raw(0x80, 2);

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleWriter Op(char opcode) => Raw((byte)opcode);

    public PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    public PickleWriter Whole(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleWriter Wholes(params ReadOnlySpan<long> values)
    {
        Op('(');
        foreach (long value in values) Whole(value);
        return Op('t');
    }

    public PickleWriter Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter OrderedDict() => Global("collections", "OrderedDict").Op(')').Op('R');

    public PickleWriter Storage(string kind, string key, long count, bool legacy = false)
    {
        Op('(').Text("storage").Global("torch", $"{kind}Storage").Text(key).Text("cpu").Whole(count);
        if (legacy) Op('N');
        return Op('t').Op('Q');
    }

    /// <summary>A call of _rebuild_tensor_v2 on a storage.</summary>
    public PickleWriter Tensor(string kind, string key, long count, long offset, long[] sizes, long[] strides, bool legacy = false) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(kind, key, count, legacy)
            .Whole(offset).Wholes(sizes).Wholes(strides).Raw(0x89).OrderedDict().Op('t').Op('R');

    public byte[] End() => Op('.')._bytes.ToArray();

    /// <summary>The zip form: the pickle and a storage per entry.</summary>
    public static byte[] Zip(byte[] pickle, params ReadOnlySpan<(string Key, byte[] Bytes)> storages)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "archive/data.pkl", pickle);
            foreach (var (key, bytes) in storages) Add(archive, $"archive/data/{key}", bytes);
        }
        return file.ToArray();
    }

    /// <summary>The stream form: five pickles and one storage behind its number of elements.</summary>
    public static byte[] Stream(byte[] pickle, string key, long count, byte[] storage) =>
    [
        .. new PickleWriter().Raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).End(),
        .. new PickleWriter().Whole(1001).End(),
        .. new PickleWriter().Op('}').Text("little_endian").Raw(0x88).Op('s').End(),
        .. pickle,
        .. new PickleWriter().Op(']').Text(key).Op('a').End(),
        .. BitConverter.GetBytes(count),
        .. storage,
    ];

    public static byte[] Floats(params ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();

    private static void Add(ZipArchive archive, string name, byte[] bytes)
    {
        using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }
}
