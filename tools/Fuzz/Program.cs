// Fuzzes the readers: `Fuzz TARGET|all [--seconds N] [--inputs N] [--seed N] [--seeds FOLDER] [--out FOLDER] [--replay FILE]`; a line per target, exit code 1 for findings.
using FastTune.Fuzz;

var options = new Dictionary<string, string> { ["--seconds"] = "60", ["--inputs"] = "1000000000", ["--seed"] = "1", ["--seeds"] = "", ["--replay"] = "", ["--out"] = Path.Combine(Path.GetTempPath(), "fasttune-fuzz") };
if (args.Length % 2 != 1 || args.Skip(1).Where((_, i) => i % 2 == 0).Any(key => !options.ContainsKey(key)) || (args[0] != "all" && FuzzTargets.All.All(target => target.Name != args[0])))
{
    Console.Error.WriteLine($"Fuzz TARGET|all [{string.Join(" N] [", options.Keys)} N]; targets: {string.Join(' ', FuzzTargets.All.Select(target => target.Name))}");
    return 2;
}
for (int i = 1; i < args.Length; i += 2) options[args[i]] = args[i + 1];
bool clean = true;
foreach (var target in FuzzTargets.All.Where(target => args[0] == "all" || target.Name == args[0]))
{
    string folder = Path.Combine(options["--out"], target.Name);
    if (options["--replay"].Length > 0)
    {
        Console.WriteLine(new FuzzRun(target, folder, 0).Replay(File.ReadAllBytes(options["--replay"])));
        continue;
    }
    string seeds = options["--seeds"];
    var more = seeds.Length == 0 ? [] : Directory.EnumerateFiles(seeds).Where(file => new FileInfo(file).Length < 1 << 16).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);
    var result = new FuzzRun(target, folder, int.Parse(options["--seed"])).Run(TimeSpan.FromSeconds(double.Parse(options["--seconds"])), long.Parse(options["--inputs"]), more);
    Console.WriteLine($"{target.Name}: {result.Inputs} inputs, {result.Accepted} accepted, {result.Messages} outcomes, slowest {result.Slowest.TotalMilliseconds:0} ms, most {result.LargestBytes >> 10} KiB allocated, {result.Findings.Count} findings");
    foreach (var finding in result.Findings)
    {
        string path = Path.Combine(folder, $"finding-{FuzzRun.Digest(finding.Input)}");
        File.WriteAllBytes(path, finding.Input);
        Console.WriteLine($"  {path}: {string.Join("\n    ", finding.What.Split('\n').Take(8))}");
        clean = false;
    }
}
return clean ? 0 : 1;
