// The command: finds the cases under the given paths, checks them one by one, prints a line each and the closing count.
using System.IO.Enumeration;

namespace FastTune.Parity;

internal static class ParityRun
{
    private const int MaxDepth = 6;

    /// <summary>Runs the command line; exit code 0 when nothing failed, 1 when something did, 2 for wrong usage.</summary>
    public static int Start(string[] args)
    {
        if (!TryParse(args, out var folders, out string only, out string device))
        {
            Console.Error.WriteLine("usage: parity DIR… [--only GLOB] [--device cpu|emu|ilgpu|cuda]");
            return 2;
        }
        string scratch = Directory.CreateTempSubdirectory("fasttune-parity-").FullName;
        try
        {
            return Run(folders, only, new ParityOptions(device, scratch), Console.Out) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Checks every case under <paramref name="paths"/>; true when at least one was found and none failed.</summary>
    public static bool Run(IEnumerable<string> paths, string only, ParityOptions options, TextWriter output)
    {
        int passed = 0, failed = 0;
        foreach (string path in paths)
        {
            bool any = false;
            foreach (var (area, found) in Discover(Path.GetFullPath(path), options, MaxDepth))
            {
                any = true;
                if (!FileSystemName.MatchesSimpleExpression(only, found.Name)) continue;
                var verdict = Guarded(found);
                if (verdict.Passed) passed++; else failed++;
                string error = double.IsNaN(verdict.Error) ? "" : $" {verdict.Error:G3}";
                output.WriteLine($"{(verdict.Passed ? "ok  " : "FAIL")} {area}/{found.Name}{error} {verdict.Detail}".TrimEnd());
            }
            if (any) continue;
            failed++;
            output.WriteLine($"FAIL {path}: no known golden layout here");
        }
        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0;
    }

    private static IEnumerable<(string Area, Case Case)> Discover(string path, ParityOptions options, int depth)
    {
        bool claimed = false;
        foreach (var area in Areas.All)
        {
            foreach (var found in Recognised(area, path, options))
            {
                claimed |= !area.HasFoldersBelow;
                yield return (area.Name, found);
            }
        }
        if (claimed || depth == 0 || !Directory.Exists(path)) yield break;
        foreach (string child in Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal))
            foreach (var found in Discover(child, options, depth - 1)) yield return found;
    }

    // An area may look into any JSON file on its way; one that is not JSON (`Infinity` in older configs) is not of its layout.
    private static List<Case> Recognised(IArea area, string path, ParityOptions options)
    {
        try
        {
            return [.. area.Find(path, options)];
        }
        catch (System.Text.Json.JsonException)
        {
            return [];
        }
    }

    private static Verdict Guarded(Case found)
    {
        try
        {
            return found.Check();
        }
        catch (Exception error)
        {
            return Verdict.Fail($"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static bool TryParse(string[] args, out List<string> folders, out string only, out string device)
    {
        (folders, only, device) = ([], "*", "cpu");
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--only" or "--device")
            {
                if (i + 1 == args.Length) return false;
                if (args[i] == "--only") only = args[++i]; else device = args[++i];
            }
            else if (args[i].StartsWith("--", StringComparison.Ordinal)) return false;
            else folders.Add(args[i]);
        }
        return folders.Count > 0;
    }
}
