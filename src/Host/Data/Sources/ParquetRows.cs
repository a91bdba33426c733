// Rows of a Parquet file, one row group at a time.
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace FastTune.Data;

internal static class ParquetRows
{
    private const int MaxGroupRows = 4 << 20;

    /// <summary>What a file says of a row group: its rows, and the bytes of all its columns unpacked.</summary>
    private readonly record struct RowGroup(long Rows, long Bytes);

    public static IEnumerable<JsonElement> Read(string path)
    {
        using var stream = File.OpenRead(path);
        var groups = Guarded(path, () => Groups(stream));
        long row = 1;
        for (int group = 0; group < groups.Count; group++)
        {
            int index = group;
            CheckSize(Path.GetFileName(path), groups[group], row);
            row += groups[group].Rows;
            foreach (var columns in Guarded(path, () => Group(stream, index)))
                yield return RowWriter.Object(writer =>
                {
                    foreach (var (column, value) in columns)
                    {
                        writer.WritePropertyName(column);
                        RowWriter.Value(writer, value);
                    }
                });
        }
    }

    private static List<RowGroup> Groups(Stream stream)
    {
        var reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            return reader.Metadata!.RowGroups.ConvertAll(group =>
                new RowGroup(group.NumRows, group.Columns.Sum(column => Math.Max(0, column.MetaData?.TotalUncompressedSize ?? 0))));
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Rows of a group are unpacked together, so that what they take is asked of the file before.</summary>
    private static void CheckSize(string name, RowGroup group, long first)
    {
        if (group.Rows is < 0 or > MaxGroupRows)
            throw new UserError($"{name}, row {first}: its row group claims {group.Rows} rows, more than {MaxGroupRows}; write the file with smaller row groups");
        long most = Math.Min(RowLimit.GroupBytes, RowLimit.Bytes * group.Rows);
        if (group.Bytes <= most) return;
        string rows = group.Rows == 1 ? $"row {first}: is" : $"rows {first} to {first + group.Rows - 1}: their row group is";
        throw new UserError($"{name}, {rows} {group.Bytes >> 20} MiB long, more than {most >> 20} MiB; write the file with smaller row groups, or split long rows");
    }

    private static IEnumerable<IDictionary<string, object?>> Group(Stream stream, int group)
    {
        stream.Position = 0;
        var result = ParquetSerializer.DeserializeUntypedAsync(stream, rowGroupIndex: group).GetAwaiter().GetResult();
        return result.Data.Cast<IDictionary<string, object?>>();
    }

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not UserError)
        {
            throw new UserError($"{Path.GetFileName(path)}: cannot be read as Parquet ({error.Message.ReplaceLineEndings(" ")})", inner: error);
        }
    }
}
