// fasttune cache: what the hubs' caches hold, whether it is whole, and what of it can go.
using System.Text.Json;
using FastTune.Hub;

namespace FastTune.Cli;

internal static class CacheVerb
{
    private const string Json = "--json", DryRun = "--dry-run";

    public static readonly Verb Verb = new("cache", $"list|verify|prune [NAME] [{Json}] [{DryRun}]", "show, check or tidy what was fetched from hubs",
        """
        list    repositories, revisions, sizes, and what prune would remove
        verify  reads every file and compares it with its hash; exit code 1 when one is wrong
        prune   removes partial files, content that no revision uses, and links without content;
                revisions stay. --dry-run only says what it would remove
        NAME (org/name) limits it to one repository. Nothing is asked of a hub.
        Example: fasttune cache verify Qwen/Qwen3-0.6B
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal)
    {
        var flags = new Flags(Verb, arguments, [], [Json, DryRun]);
        if (flags.Names.Count is 0 or > 2) throw new UserError("cache takes list, verify or prune, and perhaps a name: fasttune cache list", exitCode: 2);
        if (flags.Has(DryRun) && flags.Names[0] != "prune") throw new UserError($"{DryRun} is for cache prune", exitCode: 2);
        var settings = HubSettings.FromEnvironment();
        var repos = CacheInventory.Read(settings);
        if (flags.Names.Count == 2)
        {
            repos = [.. repos.Where(repo => repo.Id.Name == flags.Names[1])];
            if (repos.Count == 0) throw new UserError($"'{flags.Names[1]}' is in no cache ({settings.HuggingFaceCache}, {settings.ModelScopeCache})");
        }
        return flags.Names[0] switch
        {
            "list" => List(repos, flags.Has(Json), terminal.Out),
            "verify" => Verify(repos, flags.Has(Json), terminal),
            "prune" => Prune(repos, flags.Has(Json), flags.Has(DryRun), terminal.Out),
            string other => throw new UserError($"cache knows list, verify and prune, not '{other}'", exitCode: 2),
        };
    }

    private static int List(IReadOnlyList<CachedRepo> repos, bool json, TextWriter output)
    {
        foreach (var repo in repos)
        {
            if (json)
            {
                Write(output, Document(repo));
                continue;
            }
            output.WriteLine(Printable.Line($"{repo.Id.Name}  {repo.Id.Noun}, {repo.Hub}, {ByteText.Of(repo.Bytes)}"));
            foreach (var revision in repo.Revisions)
                output.WriteLine(Printable.Line($"  {revision.Revision}{(revision.Refs.Count > 0 ? $" ({string.Join(", ", revision.Refs)})" : "")}  {revision.Files} files, {ByteText.Of(revision.Bytes)}"));
            if (CacheUpkeep.Removable(repo).Any())
                output.WriteLine($"  to prune: {repo.Partial.Count} partial files, {repo.Orphans.Count} unused blobs, {repo.BrokenLinks.Count} broken links");
        }
        if (!json) output.WriteLine($"{repos.Count} repositories, {ByteText.Of(repos.Sum(repo => (double)repo.Bytes))}");
        return 0;
    }

    private static object Document(CachedRepo repo) => new
    {
        hub = repo.Hub,
        kind = repo.Id.Noun,
        name = repo.Id.Name,
        folder = repo.Folder,
        bytes = repo.Bytes,
        revisions = repo.Revisions.Select(revision => new { revision = revision.Revision, refs = revision.Refs, files = revision.Files, bytes = revision.Bytes }),
        broken_links = repo.BrokenLinks,
        orphan_blobs = repo.Orphans,
        partial_files = repo.Partial,
    };

    private static int Verify(IReadOnlyList<CachedRepo> repos, bool json, ITerminal terminal)
    {
        var cancel = terminal.NextInterrupt();
        int wrong = 0;
        long read = 0;
        foreach (var repo in repos)
        {
            var faults = CacheUpkeep.Verify(repo, bytes => read += bytes, cancel).GetAwaiter().GetResult();
            wrong += faults.Count;
            foreach (var fault in faults)
            {
                if (json) Write(terminal.Out, new { name = repo.Id.Name, file = fault.Path, fault = fault.What });
                else terminal.Out.WriteLine(Printable.Line($"{repo.Id.Name}: {fault.Path} {fault.What}"));
            }
        }
        string end = $"{repos.Count} repositories, {ByteText.Of(read)} read, {wrong} faults";
        if (!json) terminal.Out.WriteLine(end);
        return wrong == 0 ? 0 : throw new UserError($"{end}: delete the named files and download again");
    }

    private static int Prune(IReadOnlyList<CachedRepo> repos, bool json, bool dry, TextWriter output)
    {
        long freed = 0;
        foreach (var repo in repos)
        {
            foreach (string path in CacheUpkeep.Removable(repo))
            {
                var file = new FileInfo(path);
                long? bytes = dry ? file.LinkTarget is null && file.Exists ? file.Length : 0 : CacheUpkeep.Remove(repo, path);
                freed += bytes ?? 0;
                string did = bytes is null ? "in use, kept" : dry ? "would be removed" : "removed";
                if (json) Write(output, new { name = repo.Id.Name, file = path, bytes = bytes ?? 0, action = did });
                else output.WriteLine(Printable.Line($"{path}  {ByteText.Of(bytes ?? 0)}  {did}"));
            }
        }
        if (!json) output.WriteLine($"{ByteText.Of(freed)} {(dry ? "would be freed" : "freed")}");
        return 0;
    }

    private static void Write(TextWriter output, object fields) => output.WriteLine(JsonSerializer.Serialize(fields));
}
