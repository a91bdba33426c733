// Files chosen by patterns: --include and --exclude of fasttune download.
using System.IO.Enumeration;

namespace FastTune.Hub;

/// <summary>Patterns know * (which crosses "/") and ?. Code (.py) is never taken.</summary>
/// <param name="inner">What the include patterns stand in for: used when there are none; null: everything.</param>
internal sealed class PatternFiles(IReadOnlyList<string> include, IReadOnlyList<string> exclude, IFileChoice? inner) : IFileChoice
{
    public IReadOnlyList<string> First(IReadOnlyList<string> paths)
    {
        var kept = paths.Where(path => !Fits(exclude, path) && !path.EndsWith(".py", StringComparison.OrdinalIgnoreCase)).ToList();
        if (include.Count == 0 && inner is not null) return inner.First(kept);
        var fits = include.Count == 0 ? kept : kept.FindAll(path => Fits(include, path));
        return fits.Count > 0 ? fits : throw new UserError($"no file fits --include {string.Join(' ', include)}; the repository has {string.Join(", ", paths.Take(10))}{(paths.Count > 10 ? ", …" : "")}");
    }

    public IReadOnlyList<string> Then(string folder, IReadOnlyList<string> paths) =>
        include.Count == 0 && inner is not null ? [.. inner.Then(folder, paths).Where(path => !Fits(exclude, path))] : [];

    public static bool Fits(IEnumerable<string> patterns, string path) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern.EndsWith('/') ? pattern + "*" : pattern, path, ignoreCase: false));
}
