// Rows of a Parquet file, one row group at a time.
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace FastTune.Data;

internal static class ParquetRows
{
    public static IEnumerable<JsonElement> Read(string path)
    {
        using var stream = File.OpenRead(path);
        int groups = Guarded(path, () => Groups(stream));
        for (int group = 0; group < groups; group++)
        {
            int index = group;
            foreach (var row in Guarded(path, () => Group(stream, index)))
                yield return RowWriter.Object(writer =>
                {
                    foreach (var (column, value) in row)
                    {
                        writer.WritePropertyName(column);
                        RowWriter.Value(writer, value);
                    }
                });
        }
    }

    private static int Groups(Stream stream)
    {
        var reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            return reader.RowGroupCount;
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
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
