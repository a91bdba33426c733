// Layer inputs in a file: written in forward, read back in reverse; the file vanishes with its handle.
using FastTune.Kernels.Autograd;
using Microsoft.Win32.SafeHandles;

namespace FastTune.Train.Memory;

/// <summary>A stack in a temporary file of the output folder.</summary>
public sealed class ActivationFile : IActivationStore, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private long _end;

    /// <exception cref="UserError">The file cannot be made.</exception>
    public ActivationFile(string folder)
    {
        _path = Path.Combine(folder, $".activations-{Environment.ProcessId}");
        try
        {
            _file = File.OpenHandle(_path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"offload_activations: {_path} cannot be made ({error.Message}): check the folder and its permissions", inner: error);
        }
    }

    public long Push(long bytes)
    {
        long place = _end;
        _end += bytes;
        return place;
    }

    /// <exception cref="UserError">The disk is full, or fails.</exception>
    public void Write(long place, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, place);
        }
        catch (IOException error)
        {
            throw new UserError($"offload_activations: {_path} cannot be written ({error.Message}): it needs {_end / 1e9:F2} GB in all; make room", inner: error);
        }
    }

    /// <exception cref="UserError">The file has become shorter.</exception>
    public void Read(long place, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = RandomAccess.Read(_file, bytes, place);
            if (count == 0) throw new UserError($"offload_activations: {_path} ended early: something else wrote to it");
            bytes = bytes[count..];
            place += count;
        }
    }

    public void Pop(long place) => _end = Math.Min(_end, place);

    public void Dispose() => _file.Dispose();
}
