// A disk for tests: fails at a chosen operation, and after a power cut holds only what had been flushed.
using FastTune.Formats;

namespace FastTune.Tests.Host.Train;

/// <summary>What happens at the chosen operation.</summary>
internal enum Fault
{
    /// <summary>That one operation fails, as a full or worn disk does; the program lives on.</summary>
    Error,

    /// <summary>The process dies there: that operation and all later ones do not happen.</summary>
    Death,

    /// <summary>The machine dies there: what was not flushed is gone, names and bytes.</summary>
    PowerCut,
}

/// <summary>The process died. No code of the program catches it.</summary>
internal sealed class DeadException() : Exception("the process is dead");

/// <summary>Counts operations below <paramref name="root"/> and fails at number <paramref name="at"/> (from 1; 0: never). It keeps an image of
/// what a power cut leaves: the bytes of a file as of its last flush, the names of a folder as of its last.</summary>
internal sealed class FaultyDisk(string root, int at = 0, Fault fault = Fault.Error) : IDisk
{
    private readonly SystemDisk _disk = new();
    private readonly DurableImage _image = new(root);

    /// <summary>Operations so far.</summary>
    public int Count { get; private set; }

    public long Free { get; set; } = long.MaxValue;

    /// <summary>True when the chosen operation was reached.</summary>
    public bool Struck => at > 0 && Count >= at;

    /// <summary>Puts the folder into the state that the fault leaves behind; call when the program has ended.</summary>
    public void Settle()
    {
        if (Struck && fault == Fault.PowerCut) _image.Restore("trainer_log.jsonl");
    }

    public Stream Create(string path)
    {
        Next();
        _image.FileCreated(path);
        return new CountedStream((FileStream)_disk.Create(path), this);
    }

    public void Flush(Stream file)
    {
        Next();
        var stream = (CountedStream)file;
        _disk.Flush(stream.Inner);
        _image.FileFlushed(stream.Inner.Name, stream.Bytes);
    }

    public void FlushFolder(string path)
    {
        Next();
        _disk.FlushFolder(path);
        _image.FolderFlushed(path);
    }

    public void Move(string from, string to)
    {
        Next();
        _disk.Move(from, to);
        _image.Moved(from, to);
    }

    public void MoveFolder(string from, string to)
    {
        Next();
        _disk.MoveFolder(from, to);
        _image.Moved(from, to);
    }

    public void CreateFolder(string path)
    {
        Next();
        _disk.CreateFolder(path);
        _image.FolderCreated(path);
    }

    public void Delete(string path)
    {
        Next();
        _disk.Delete(path);
        _image.Removed(path);
    }

    public void DeleteFolder(string path)
    {
        Next();
        _disk.DeleteFolder(path);
        _image.Removed(path);
    }

    public long FreeBytes(string folder) => Free;

    private void Next()
    {
        Count++;
        if (at == 0 || Count < at) return;
        if (fault != Fault.Error) throw new DeadException();
        if (Count == at) throw new IOException("No space left on device");
    }

    /// <summary>Every write is an operation; a failing one writes half of its bytes.</summary>
    private sealed class CountedStream(FileStream inner, FaultyDisk disk) : Stream
    {
        private readonly MemoryStream _written = new();

        public FileStream Inner => inner;
        public byte[] Bytes => _written.ToArray();
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                disk.Next();
            }
            catch
            {
                inner.Write(bytes[..(bytes.Length / 2)]);
                throw;
            }
            inner.Write(bytes);
            _written.Write(bytes);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
