// Text that is handed out row by row: a row without an end is refused before it fills the memory.
namespace FastTune.Data;

/// <summary>Counts what was read since the last row began; the count includes what its user reads ahead, a few thousand letters.</summary>
internal sealed class BoundedReader(TextReader inner) : TextReader
{
    private long _letters;

    /// <summary>A new row begins.</summary>
    public void NextRow() => _letters = 0;

    public override int Peek() => inner.Peek();

    public override int Read()
    {
        int letter = inner.Read();
        Count(1);
        return letter;
    }

    public override int Read(char[] buffer, int index, int count) => Count(inner.Read(buffer, index, count));

    public override int Read(Span<char> buffer) => Count(inner.Read(buffer));

    private int Count(int read)
    {
        _letters += read;
        return _letters <= RowLimit.Bytes ? read : throw RowLimit.Exceeded();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
