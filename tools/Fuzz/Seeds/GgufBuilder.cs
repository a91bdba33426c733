// Builds small GGUF files for tests and fuzzing, byte by byte as the format says.
using System.Text;

namespace FastTune.Fuzz;

internal sealed class GgufBuilder
{
    private readonly MemoryStream _entries = new(), _infos = new(), _data = new();
    private ulong _entryCount, _tensorCount;

    public GgufBuilder Text(string key, string value) => Entry(key, 8, writer => WriteText(writer, value));

    public GgufBuilder UInt32(string key, uint value) => Entry(key, 4, writer => writer.Write(value));

    public GgufBuilder Float32(string key, float value) => Entry(key, 6, writer => writer.Write(value));

    public GgufBuilder Texts(string key, params string[] values) => Entry(key, 9, writer =>
    {
        writer.Write(8u);
        writer.Write((ulong)values.Length);
        foreach (string value in values) WriteText(writer, value);
    });

    public GgufBuilder Int32s(string key, params int[] values) => Entry(key, 9, writer =>
    {
        writer.Write(5u);
        writer.Write((ulong)values.Length);
        foreach (int value in values) writer.Write(value);
    });

    /// <summary>An F32 tensor; sizes outermost first.</summary>
    public GgufBuilder Tensor(string name, float[] values, params ulong[] shape)
    {
        var writer = new BinaryWriter(_infos);
        WriteText(writer, name);
        writer.Write((uint)shape.Length);
        foreach (ulong size in shape.Reverse()) writer.Write(size);
        writer.Write(0u);
        writer.Write((ulong)_data.Length);
        foreach (float value in values) _data.Write(BitConverter.GetBytes(value));
        while (_data.Length % 32 != 0) _data.WriteByte(0);
        _tensorCount++;
        return this;
    }

    public void Save(string path)
    {
        using var file = File.Create(path);
        var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(_tensorCount);
        writer.Write(_entryCount);
        writer.Write(_entries.ToArray());
        writer.Write(_infos.ToArray());
        while (file.Position % 32 != 0) writer.Write((byte)0);
        writer.Write(_data.ToArray());
    }

    private GgufBuilder Entry(string key, uint type, Action<BinaryWriter> write)
    {
        var writer = new BinaryWriter(_entries);
        WriteText(writer, key);
        writer.Write(type);
        write(writer);
        _entryCount++;
        return this;
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
