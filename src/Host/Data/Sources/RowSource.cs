// Reads the rows of a dataset's files one by one, whatever their form.
using System.Text;
using System.Text.Json;

namespace FastTune.Data;

/// <summary>A row as an object of columns, and where it stands.</summary>
internal readonly record struct SourceRow(JsonElement Value, RowOrigin Origin);

/// <summary>Rows of one file; each is a JSON object, however the file stores it.</summary>
internal delegate IEnumerable<JsonElement> FileReader(string path);

internal static class RowSource
{
    private static readonly Dictionary<string, FileReader> Readers = new(StringComparer.OrdinalIgnoreCase)
    {
        [".json"] = JsonRows.Read,
        [".jsonl"] = JsonRows.Read,
        [".csv"] = CsvRows.Read,
        [".txt"] = TextRows.Read,
        [".parquet"] = ParquetRows.Read,
        [".arrow"] = ArrowRows.Read,
    };

    /// <summary>The rows of all files, in order and in bounded memory. The first file's extension decides the form of all.</summary>
    /// <exception cref="UserError">A file that cannot be read, names file and row.</exception>
    public static IEnumerable<SourceRow> Read(DatasetEntry entry)
    {
        string extension = Path.GetExtension(entry.Files[0]);
        if (!Readers.TryGetValue(extension, out var read))
            throw new UserError($"dataset '{entry.Name}': {Path.GetFileName(entry.Files[0])} is of no known form; known are {string.Join(", ", Readers.Keys)}");
        if (entry.Files.FirstOrDefault(file => !extension.Equals(Path.GetExtension(file), StringComparison.OrdinalIgnoreCase)) is { } other)
            throw new UserError($"dataset '{entry.Name}': {Path.GetFileName(other)} is not {extension} as its first file is; keep one form a dataset");
        return entry.Files.SelectMany(file => Rows(entry.Name, file, read));
    }

    private static IEnumerable<SourceRow> Rows(string dataset, string file, FileReader read)
    {
        string name = Path.GetFileName(file);
        using var rows = read(file).GetEnumerator();
        for (long row = 1; Next(rows, name, row); row++) yield return new SourceRow(rows.Current, new RowOrigin(dataset, name, row));
    }

    private static bool Next(IEnumerator<JsonElement> rows, string name, long row)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (InvalidDataException error)
        {
            throw new UserError($"{name}, row {row}: {error.Message}", inner: error);
        }
        catch (DecoderFallbackException error)
        {
            throw new UserError($"{name}, row {row} or shortly after: is not valid UTF-8; convert the file", inner: error);
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException)
        {
            throw new UserError($"{name}, row {row}: is nested too deeply, or holds what is no text", inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{name}: cannot be read ({error.Message.ReplaceLineEndings(" ")}); check the file and its permissions", inner: error);
        }
    }
}
