// Rows of a CSV file: a header, then cells that are text as they stand; an empty cell is no value.
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace FastTune.Data;

internal static class CsvRows
{
    public static IEnumerable<JsonElement> Read(string path)
    {
        string name = Path.GetFileName(path);
        using var reader = new BoundedReader(TextFile.Open(path));
        var quotes = new QuoteGuard(name);
        using var parser = new CsvParser(reader, Configuration(quotes));
        if (!Advance(parser, reader, name, 0)) yield break;
        string[] header = parser.Record!;
        if (header.Distinct().Count() < header.Length) throw new UserError($"{name}: two columns of the header have the same name");
        for (long row = 1; Advance(parser, reader, name, row); row++)
        {
            string[] cells = parser.Record!;
            if (cells.Length < header.Length)
                throw new UserError($"{name}, row {row}: ends before column '{header[cells.Length]}' ({cells.Length} of {header.Length} cells)");
            if (cells.Length > header.Length)
                throw new UserError($"{name}, row {row}: has {cells.Length} cells for {header.Length} columns; put quotes around text with commas");
            yield return Row(header, cells);
        }
    }

    private static CsvConfiguration Configuration(QuoteGuard quotes) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = ",",
        HasHeaderRecord = false,
        IgnoreBlankLines = true,
        BadDataFound = quotes.Met,
    };

    private static bool Advance(CsvParser parser, BoundedReader reader, string name, long row)
    {
        try
        {
            reader.NextRow();
            return parser.Read();
        }
        catch (CsvHelperException error)
        {
            throw new UserError($"{name}, row {row}: not valid CSV", inner: error);
        }
    }

    /// <summary>The library copies the whole row for every cell with a quote out of place: many of them in a long row would take hours.</summary>
    private sealed class QuoteGuard(string name)
    {
        private const long MaxCopied = 1 << 26;

        private long _copied;
        private int _row;

        public void Met(BadDataFoundArgs bad)
        {
            int row = bad.Context.Parser!.Row;
            _copied = row == _row ? _copied + bad.RawRecord.Length : 0;
            _row = row;
            if (_copied > MaxCopied) throw new UserError($"{name}, row {row}: too many quotes inside cells; put quotes around these cells and double those within");
        }
    }

    private static JsonElement Row(string[] header, string[] cells) => RowWriter.Object(writer =>
    {
        for (int i = 0; i < header.Length; i++)
        {
            if (cells[i].Length == 0) writer.WriteNull(header[i]);
            else writer.WriteString(header[i], cells[i]);
        }
    });
}
