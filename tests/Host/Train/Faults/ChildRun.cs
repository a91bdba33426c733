// The fasttune command as a process of its own, so that it can be killed, signalled and measured.
using System.Diagnostics;

namespace FastTune.Tests.Host.Train;

/// <summary>A running command; standard error is kept line by line.</summary>
internal sealed class ChildRun : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly ManualResetEventSlim _training = new();

    public ChildRun(TinyRun run, params string[] overrides)
    {
        var start = new ProcessStartInfo(Dotnet) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "fasttune.dll"), "train", run.At("recipe.yaml"), .. overrides]) start.ArgumentList.Add(argument);
        start.Environment["FASTTUNE_THREADS"] = "1";
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => _training.Set();
        _process.Start();
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public string Error
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>Waits until the run has said how long it is, that is until just before its first step, or until it has ended.</summary>
    public void WaitForFirstStep() => _training.Wait(TimeSpan.FromMinutes(2));

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGINT or SIGTERM.</summary>
    public void Signal(int number)
    {
        using var kill = Process.Start("kill", [$"-{number}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Exit code.</summary>
    public int Wait()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public bool WaitFor(TimeSpan time) => _process.WaitForExit(time);

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
        if (line.StartsWith("trainable params", StringComparison.Ordinal)) _training.Set();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        _training.Dispose();
    }
}
