// rows.bin of a tokenized_path folder: magic, version, the training set, the evaluation sets; little-endian, every length checked.
using System.Runtime.InteropServices;
using System.Text;

namespace FastTune.Data;

internal static class TokenFile
{
    private const int Magic = 0x53545446, Version = 1, MaxLength = 1 << 26;

    public static void Write(Stream stream, PreparedData prepared)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Version);
        WriteSet(writer, prepared.TrainRows);
        writer.Write(prepared.EvalSets.Count);
        foreach (var set in prepared.EvalSets)
        {
            writer.Write(set.Name ?? "");
            WriteSet(writer, set.Rows);
        }
    }

    /// <exception cref="UserError">Not such a file, of another version, or damaged.</exception>
    public static PreparedData Read(string path, PreparedData blank)
    {
        try
        {
            using var stream = new BufferedStream(File.OpenRead(path), 1 << 20);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            if (reader.ReadInt32() != Magic || reader.ReadInt32() != Version) throw new InvalidDataException("of another program or version");
            var train = ReadSet(reader);
            var sets = new List<EvalSet>();
            for (int left = Length(reader); left > 0; left--)
            {
                string name = reader.ReadString();
                sets.Add(new EvalSet(name.Length == 0 ? null : name, ReadSet(reader)));
            }
            return blank with { TrainRows = train, EvalSets = sets };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be read as prepared rows ({error.Message}); delete the folder", inner: error);
        }
    }

    private static void WriteSet(BinaryWriter writer, IReadOnlyList<Sample> rows)
    {
        writer.Write(rows.Count);
        foreach (var row in rows)
        {
            WriteIds(writer, row.InputIds);
            WriteIds(writer, ReferenceEquals(row.InputIds, row.Labels) ? null : row.Labels);
            WriteIds(writer, row.PositionIds);
            WriteIds(writer, row.SequenceIds);
            WriteIds(writer, row.OtherIds);
            WriteIds(writer, row.OtherLabels);
            writer.Write(row.Desired);
            writer.Write(row.Origins.Count);
            foreach (var origin in row.Origins)
            {
                writer.Write(origin.Dataset);
                writer.Write(origin.File);
                writer.Write(origin.Row);
            }
        }
    }

    private static void WriteIds(BinaryWriter writer, int[]? ids)
    {
        writer.Write(ids?.Length ?? -1);
        if (ids is not null) writer.Write(MemoryMarshal.AsBytes(ids.AsSpan()));
    }

    private static List<Sample> ReadSet(BinaryReader reader)
    {
        var rows = new List<Sample>();
        for (int left = Length(reader); left > 0; left--)
        {
            int[] ids = ReadIds(reader) ?? throw new InvalidDataException("a row without ids");
            var row = new Sample
            {
                InputIds = ids,
                Labels = ReadIds(reader) ?? ids,
                PositionIds = ReadIds(reader),
                SequenceIds = ReadIds(reader),
                OtherIds = ReadIds(reader),
                OtherLabels = ReadIds(reader),
                Desired = reader.ReadBoolean(),
            };
            var origins = new List<RowOrigin>();
            for (int count = Length(reader); count > 0; count--)
                origins.Add(new RowOrigin(string.Intern(reader.ReadString()), string.Intern(reader.ReadString()), reader.ReadInt64()));
            rows.Add(row with { Origins = origins });
        }
        return rows;
    }

    private static int[]? ReadIds(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        if (length == -1) return null;
        if (length is < 0 or > MaxLength) throw new InvalidDataException("a length is out of range");
        byte[] bytes = reader.ReadBytes(length * sizeof(int));
        if (bytes.Length < length * sizeof(int)) throw new EndOfStreamException("the file is cut off");
        return MemoryMarshal.Cast<byte, int>(bytes).ToArray();
    }

    private static int Length(BinaryReader reader) => reader.ReadInt32() is >= 0 and var count ? count : throw new InvalidDataException("a count is negative");
}
