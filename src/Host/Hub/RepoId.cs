// Names of repositories: org/name, name, with @revision, and :quantisation for GGUF files.
using System.Text.RegularExpressions;

namespace FastTune.Hub;

internal enum RepoKind : byte { Model, Dataset }

/// <summary>A repository on a hub. <see cref="Revision"/> null: the recipe's or the hub's default.</summary>
internal sealed partial record RepoId(RepoKind Kind, string Name, string? Revision = null, string? Quantisation = null)
{
    private const int LongestRevision = 255;

    /// <summary>"models" or "datasets", as addresses have it.</summary>
    public string Plural => Kind == RepoKind.Model ? "models" : "datasets";

    public string Noun => Kind == RepoKind.Model ? "model" : "dataset";

    public override string ToString() => $"{Noun} '{Name}'";

    /// <summary>The id that <paramref name="text"/> spells, or null when it spells none (a path, say).</summary>
    public static RepoId? TryParse(RepoKind kind, string text)
    {
        string? revision = null, quantisation = null;
        if (text.IndexOf('@') is > 0 and var at) (text, revision) = (text[..at], text[(at + 1)..]);
        if (kind == RepoKind.Model && text.IndexOf(':') is > 0 and var colon) (text, quantisation) = (text[..colon], text[(colon + 1)..]);
        if (!IsName(text) || revision is not null && !IsRevision(revision) || quantisation is not null && !Word().IsMatch(quantisation)) return null;
        return new RepoId(kind, text, revision, quantisation);
    }

    /// <exception cref="UserError">Text that is no id.</exception>
    public static RepoId Parse(RepoKind kind, string text) => TryParse(kind, text)
        ?? throw new UserError($"'{text}' is no name of a repository; write org/name, or org/name@revision", exitCode: 2);

    /// <summary>The rules of huggingface_hub: at most one "/", letters, digits, "-", "_" and ".", no "--" or "..".</summary>
    public static bool IsName(string text) =>
        text.Length <= 193 && NamePattern().IsMatch(text) && !text.Contains("--", StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal)
        && !text.EndsWith(".git", StringComparison.Ordinal) && text.Split('/').All(part => part.Length is > 0 and <= 96 && !Edge(part[0]) && !Edge(part[^1]) && !RepoPath.IsDevice(part));

    /// <summary>Branch, tag, refs/pr/N, refs/convert/parquet or a commit: it becomes an address and a file name, so both rules hold.</summary>
    public static bool IsRevision(string text) =>
        text.Length is > 0 and <= LongestRevision && !text.Contains("..", StringComparison.Ordinal) && !text.Contains('@') && RepoPath.Fault(text) is null;

    public static bool IsCommit(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    private static bool Edge(char letter) => letter is '-' or '.';

    [GeneratedRegex(@"\A([A-Za-z0-9_.\-]+/)?[A-Za-z0-9_.\-]+\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.\-]{1,64}\z")]
    private static partial Regex Word();
}
