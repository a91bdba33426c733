// GGUF: the door to the format of llama.cpp (github.com/ggml-org/ggml, docs/gguf.md), versions 2 and 3, little-endian.
namespace FastTune.Formats;

/// <summary>An open, checked and mapped GGUF file. Dispose it after the last use of a tensor's bytes.</summary>
public sealed class GgufFile : IDisposable
{
    private const int MinBytes = 4 + 4 + 8 + 8;
    private const uint DefaultAlignment = 32;

    private readonly MappedFile _file;

    private GgufFile(MappedFile file)
    {
        _file = file;
        var cursor = new GgufCursor(file);
        Version = ReadVersion(cursor);
        ulong tensors = cursor.UInt64("the header"), entries = cursor.UInt64("the header");
        Metadata = GgufMetadataReader.Read(cursor, entries);
        Alignment = ReadAlignment(cursor);
        Tensors = GgufTensorReader.Read(cursor, file, tensors, Alignment, out long dataStart);
        DataStart = dataStart;
    }

    public string Path => _file.Path;

    public uint Version { get; }

    /// <summary>Metadata by key.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>Tensors by their GGUF name; shapes outermost first.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Byte alignment of the data section and of every tensor.</summary>
    public long Alignment { get; }

    /// <summary>Where the data section begins.</summary>
    public long DataStart { get; }

    /// <summary>Value of `general.architecture`; an error when it is missing or not a string.</summary>
    public string Architecture => Metadata.TryGetValue("general.architecture", out var value) && value.Value is string name
        ? name
        : throw new UserError($"{Path}: the metadata has no text 'general.architecture', so it is not a model that can be loaded: use another file");

    /// <summary>True when the file begins like GGUF.</summary>
    public static bool Is(string path)
    {
        if (!File.Exists(path)) return false;
        Span<byte> magic = stackalloc byte[4];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("GGUF"u8);
    }

    /// <summary>Opens a file and checks everything but the tensors' values.</summary>
    /// <exception cref="UserError">Missing, unreadable, cut off or inconsistent file; the message says what and where.</exception>
    public static GgufFile Open(string path)
    {
        var stream = InputFile.Open(path);
        MappedFile? file = null;
        try
        {
            if (stream.Length < MinBytes) throw new UserError($"{path}: {stream.Length} bytes are too few for a GGUF header: the file is damaged, download it again");
            file = MappedFile.Map(stream);
            return new GgufFile(file);
        }
        catch
        {
            stream.Dispose();
            file?.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static uint ReadVersion(GgufCursor cursor)
    {
        if (!cursor.Take(4, "the header").SequenceEqual("GGUF"u8)) throw cursor.Bad("the file does not begin with 'GGUF'");
        uint version = cursor.UInt32("the header");
        if (version is 2 or 3) return version;
        if (version is 0x02000000 or 0x03000000)
            throw new UserError($"{cursor.Path}: the file is big-endian, which is not supported: convert it to little-endian with gguf-py's gguf-convert-endian");
        throw new UserError($"{cursor.Path}: GGUF version {version} is not supported (2 and 3 are): convert the model again with a current llama.cpp");
    }

    private long ReadAlignment(GgufCursor cursor)
    {
        if (!Metadata.TryGetValue("general.alignment", out var value)) return DefaultAlignment;
        if (value.Value is not uint alignment || !uint.IsPow2(alignment)) throw cursor.Bad("general.alignment is not a 32-bit power of two");
        if (alignment > _file.Length) throw cursor.Bad($"general.alignment is {alignment}, more than the file's {_file.Length} bytes");
        return alignment;
    }
}
