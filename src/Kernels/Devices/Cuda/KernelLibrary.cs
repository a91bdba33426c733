// A library of native kernels: libfasttune_cuda on a GPU, libfasttune_emu for the same sources on the CPU; both export the same functions.
using System.Runtime.InteropServices;
using System.Text;

namespace FastTune.Kernels.Devices.Cuda;

/// <summary>A failure that native code reported: its line names the op or the call.</summary>
public sealed class DeviceException(string message) : Exception(message);

/// <summary>Loaded on first use and kept until the process ends. Functions return 0, or a code and a line in the caller's buffer.</summary>
public sealed unsafe class KernelLibrary
{
    /// <summary>Bytes of the buffer that every function takes last (kFtMessageBytes in error.cuh).</summary>
    public const int MessageBytes = 512;

    private static readonly Dictionary<string, KernelLibrary> Loaded = [];
    private readonly Dictionary<string, nint> _exports = [];
    private readonly nint _handle;

    private KernelLibrary(string path)
    {
        Path = path;
        _handle = NativeLibrary.Load(path);
    }

    /// <summary>File that was loaded.</summary>
    public string Path { get; }

    /// <summary>Loads `lib<paramref name="name"/>.so`: from the folder in FASTTUNE_NATIVE, beside the program, or from
    /// artifacts/native of the checkout that the program was built in.</summary>
    public static KernelLibrary Load(string name)
    {
        lock (Loaded)
        {
            if (Loaded.TryGetValue(name, out var library)) return library;
            string file = $"lib{name}.so";
            string path = Folders().Select(folder => System.IO.Path.Combine(folder, file)).FirstOrDefault(File.Exists)
                ?? throw new DeviceException($"[{name}] {file} is not built: run native/build, or name its folder in FASTTUNE_NATIVE");
            return Loaded[name] = new KernelLibrary(path);
        }
    }

    /// <summary>Address of an exported function.</summary>
    public nint Export(string function)
    {
        lock (_exports)
        {
            if (_exports.TryGetValue(function, out nint address)) return address;
            if (!NativeLibrary.TryGetExport(_handle, function, out address))
                throw new DeviceException($"[{function}] {Path} does not have it: it is older than this program, run native/build");
            return _exports[function] = address;
        }
    }

    /// <summary>Throws when a function reported an error.</summary>
    public static void Check(int code, byte* message)
    {
        if (code != 0) Throw(code, message);
    }

    private static void Throw(int code, byte* message)
    {
        int length = new ReadOnlySpan<byte>(message, MessageBytes).IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(message, Math.Max(length, 0));
        throw new DeviceException(text.Length > 0 ? text : $"[device] error {code}");
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("FASTTUNE_NATIVE") is { Length: > 0 } folder) yield return folder;
        yield return AppContext.BaseDirectory;
        for (var parent = new DirectoryInfo(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
            yield return System.IO.Path.Combine(parent.FullName, "artifacts", "native");
    }
}
