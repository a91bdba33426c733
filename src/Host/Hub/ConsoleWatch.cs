// Shows downloads: on a terminal one redrawn line a running file, else a line when a file is done; or JSON lines.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastTune.Hub;

internal sealed class ConsoleWatch(ITerminal terminal, bool bars, bool json) : IDownloadWatch, IDisposable
{
    private const int BetweenDraws = 200, BetweenLines = 1000;

    private readonly Lock drawing = new();
    private readonly List<FileWatch> running = [];
    private long drawnAt;
    private int drawn;

    private bool Redraws => bars && !json && terminal.Interactive;

    public IFileWatch Begin(string path, long size)
    {
        var file = new FileWatch(this, path, size);
        lock (drawing) running.Add(file);
        return file;
    }

    public void Note(string line)
    {
        lock (drawing)
        {
            Erase();
            if (json) Line(new { @event = "note", text = line });
            else terminal.Error.WriteLine($"note: {Printable.Line(line)}");
        }
    }

    public void Dispose()
    {
        lock (drawing) Erase();
    }

    private void Moved(FileWatch file)
    {
        lock (drawing)
        {
            long now = Environment.TickCount64;
            if (now - drawnAt < (Redraws ? BetweenDraws : BetweenLines) || !Redraws && !json) return;
            drawnAt = now;
            if (json) Line(new { @event = "progress", file = file.Path, bytes = file.Bytes, size = file.Size, bytes_per_second = Math.Round(file.Rate), seconds_left = file.Left });
            else Draw();
        }
    }

    private void Ended(FileWatch file, bool done)
    {
        lock (drawing)
        {
            running.Remove(file);
            Erase();
            if (done && json) Line(new { @event = "file", file = file.Path, size = file.Size });
            else if (done && bars) terminal.Error.WriteLine(Printable.Line($"{file.Path}  {ByteText.Of(file.Size)}  {ByteText.Of(file.Rate)}/s"));
            if (Redraws) Draw();
        }
    }

    private void Draw()
    {
        Erase();
        foreach (var file in running.Take(16))
        {
            string text = Printable.Line(file.Text);
            terminal.Error.WriteLine(text.Length < terminal.Width ? text : text[..(terminal.Width - 1)]);
            drawn++;
        }
    }

    private void Erase()
    {
        if (drawn > 0) terminal.Error.Write($"\u001b[{drawn}F\u001b[J");
        drawn = 0;
    }

    private void Line(object fields) => terminal.Out.WriteLine(JsonSerializer.Serialize(fields));

    private sealed class FileWatch(ConsoleWatch console, string path, long size) : IFileWatch
    {
        private readonly long started = Stopwatch.GetTimestamp();
        private long first = -1;
        private bool done;

        public string Path => path;
        public long Size => size;
        public long Bytes { get; private set; }

        /// <summary>Bytes a second of this process; what an earlier one brought does not count.</summary>
        public double Rate => (Bytes - Math.Max(0, first)) / Math.Max(1e-3, Stopwatch.GetElapsedTime(started).TotalSeconds);

        public long? Left => Rate > 0 ? (long)Math.Min(1e9, (size - Bytes) / Rate) : null;

        public string Text => string.Create(CultureInfo.InvariantCulture,
            $"{100.0 * Bytes / Math.Max(1, size),3:0}%  {ByteText.Of(Bytes)} of {ByteText.Of(size)}  {ByteText.Of(Rate)}/s  {(Left is { } left ? TimeSpan.FromSeconds(left).ToString("c", CultureInfo.InvariantCulture) : "?")} left  {path}");

        public void Have(long bytes)
        {
            if (first < 0) first = bytes;
            Bytes = bytes;
            console.Moved(this);
        }

        public void Done() => done = true;

        public void Dispose() => console.Ended(this, done);
    }
}
