// Reads the rows of a dataset's files one by one, whatever their form.
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
        foreach (string file in entry.Files)
        {
            if (!extension.Equals(Path.GetExtension(file), StringComparison.OrdinalIgnoreCase))
                throw new UserError($"dataset '{entry.Name}': {Path.GetFileName(file)} is not {extension} as its first file is; keep one form a dataset");
            string name = Path.GetFileName(file);
            long row = 0;
            foreach (var value in read(file)) yield return new SourceRow(value, new RowOrigin(entry.Name, name, ++row));
        }
    }
}
