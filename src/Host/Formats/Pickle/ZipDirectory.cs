// The central directory of a zip file as torch writes it: uncompressed entries, each claim held against the file, no entry over another.
using System.Buffers.Binary;
using System.Text;

namespace FastTune.Formats;

/// <summary>An entry whose bytes lie uncompressed at <paramref name="Start"/> of the file.</summary>
internal sealed record ZipEntry(string Name, long Start, long Length);

/// <summary>Reads the directory of a mapped zip file (APPNOTE.TXT of PKWARE, zip64 included).</summary>
internal sealed class ZipDirectory
{
    private const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, CentralMark = 0x02014b50, LocalMark = 0x04034b50;
    private const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56, CentralBytes = 46, LocalBytes = 30;
    private const int MaxDirectoryBytes = 256 << 20, MaxComment = 65535, MaxEntries = 1_000_000, MaxName = 1024;

    private readonly MappedFile _file;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<(long Start, long End)> _taken = [];

    private ZipDirectory(MappedFile file) => _file = file;

    /// <summary>Entries by name.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    public static ZipDirectory Read(MappedFile file)
    {
        var directory = new ZipDirectory(file);
        var (start, length, count) = directory.FindCentral();
        if (length > MaxDirectoryBytes || count > MaxEntries) throw directory.Bad($"a directory of {count} entries and {length} bytes");
        if (start > (ulong)file.Length || length > (ulong)file.Length - start) throw directory.Bad("a directory that lies outside the file");
        directory.ReadEntries(file.Slice((long)start, (int)length), (int)count);
        directory.RequireApart((long)start);
        return directory;
    }

    private (ulong Start, ulong Length, ulong Count) FindCentral()
    {
        int tail = (int)Math.Min(_file.Length, EndBytes + MaxComment);
        var bytes = _file.Slice(_file.Length - tail, tail);
        int at = tail - EndBytes;
        while (at >= 0 && U32(bytes, at) != EndMark) at--;
        if (at < 0) throw Bad("no directory at its end, so it was cut off");
        var end = bytes[at..];
        (ulong start, ulong length, ulong count) = (U32(end, 16), U32(end, 12), U16(end, 10));
        long locator = _file.Length - tail + at - Locator64Bytes;
        if (locator < 0 || U32(_file.Slice(locator, Locator64Bytes), 0) != Locator64Mark)
            return (start, length, count);
        ulong place = U64(_file.Slice(locator, Locator64Bytes), 8);
        if (place > (ulong)Math.Max(locator - End64Bytes, 0)) throw Bad("a directory that lies outside the file");
        var end64 = _file.Slice((long)place, End64Bytes);
        return U32(end64, 0) == End64Mark ? (U64(end64, 48), U64(end64, 40), U64(end64, 32)) : throw Bad("a damaged directory");
    }

    private void ReadEntries(ReadOnlySpan<byte> directory, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (directory.Length < CentralBytes || U32(directory, 0) != CentralMark) throw Bad("a damaged directory");
            int nameLength = U16(directory, 28), extraLength = U16(directory, 30), commentLength = U16(directory, 32);
            int whole = CentralBytes + nameLength + extraLength + commentLength;
            if (whole > directory.Length) throw Bad("a damaged directory");
            Add(directory, Name(directory.Slice(CentralBytes, nameLength)), directory.Slice(CentralBytes + nameLength, extraLength));
            directory = directory[whole..];
        }
    }

    private void Add(ReadOnlySpan<byte> central, string name, ReadOnlySpan<byte> extra)
    {
        (ulong packed, ulong plain, ulong local) = (U32(central, 20), U32(central, 24), U32(central, 42));
        TakeZip64(extra, ref plain, ref packed, ref local);
        if ((U16(central, 8) & 1) != 0 || U16(central, 10) != 0 || packed != plain)
            throw Bad($"the entry '{name}' compressed or encrypted, which torch never writes");
        ulong size = (ulong)_file.Length;
        if (local > size - LocalBytes || plain > size) throw Bad($"the entry '{name}' outside the file");
        var header = _file.Slice((long)local, LocalBytes);
        if (U32(header, 0) != LocalMark) throw Bad($"no entry where '{name}' should be");
        long start = (long)local + LocalBytes + U16(header, 26) + U16(header, 28);
        if (start > _file.Length || plain > (ulong)(_file.Length - start)) throw Bad($"the entry '{name}' outside the file");
        if (!_entries.TryAdd(name, new ZipEntry(name, start, (long)plain))) throw Bad($"the entry '{name}' twice");
        _taken.Add(((long)local, start + (long)plain));
    }

    // Values that do not fit 32 bits stand in the extra field 1, in this order, only those that are all ones in the entry.
    private void TakeZip64(ReadOnlySpan<byte> extra, ref ulong plain, ref ulong packed, ref ulong local)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0), length = U16(extra, 2);
            if (length > extra.Length - 4) throw Bad("a damaged directory");
            if (id == 1)
            {
                var values = extra.Slice(4, length);
                plain = Wide(plain, ref values);
                packed = Wide(packed, ref values);
                local = Wide(local, ref values);
            }
            extra = extra[(4 + length)..];
        }
    }

    private ulong Wide(ulong value, ref ReadOnlySpan<byte> values)
    {
        if (value != uint.MaxValue) return value;
        if (values.Length < 8) throw Bad("a damaged directory");
        ulong wide = U64(values, 0);
        values = values[8..];
        return wide;
    }

    private void RequireApart(long directory)
    {
        long free = 0;
        foreach (var (start, end) in _taken.Order())
        {
            if (start < free || end > directory) throw Bad("entries that lie over each other");
            free = end;
        }
    }

    // Nothing is ever unpacked under these names; still a name that leaves its folder marks the file as hostile.
    private string Name(ReadOnlySpan<byte> bytes)
    {
        string name = bytes.Length <= MaxName ? Encoding.UTF8.GetString(bytes) : "";
        if (name.Length == 0 || name[0] == '/' || name.Contains('\\') || name.Contains('\0') || name.Split('/').Contains(".."))
            throw Bad("an entry whose name leaves the archive");
        return name;
    }

    private UserError Bad(string what) => new($"{_file.Path}: the zip archive has {what}: the file is damaged, download it again");

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
