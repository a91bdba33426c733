// Finds the repository that these tests belong to, and its files.
using System.Diagnostics;

namespace FastTune.Tests.Host.Architecture;

internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Files that git tracks or would track, relative to the root.</summary>
    public static string[] Files()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Root, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        string[] names = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. names.Where(name => File.Exists(Path.Combine(Root, name)))];
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastTune.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("FastTune.sln lies in no folder above the tests");
    }
}
