// An op's folder in the source tree, and the pieces that it may lack for a stated reason.
using FastTune.Kernels.Ops;

namespace FastTune.Tests.Kernels.Inventory;

internal sealed record OpFolder(string Name, string Path)
{
    /// <summary>Pieces that an op does without, and why. A reason whose piece exists after all fails the test too.</summary>
    private static readonly Dictionary<(string Op, string Piece), string> Excused = new()
    {
        [("Accumulate", "Reference.cs")] = "the tape's own arithmetic: copy, add and fill are their own oracle",
        [("Accumulate", "Cases.cs")] = "no value of the tape; the cases of Residual run it on every device",
        [("Accumulate", "catalogue line")] = "has no cases",
        [("Residual", "Reference.cs")] = "one addition, which its cases write out",
        [("Residual", "Cpu.cs")] = "a composition: Accumulate adds",
        [("LinearCrossEntropy", "Reference.cs")] = "a composition: its cases chain the references of Matmul and CrossEntropy",
        [("LinearCrossEntropy", "Cpu.cs")] = "a composition of Matmul and CrossEntropy, chunk by chunk",
        [("LoraDelta", "Cpu.cs")] = "a composition of Matmul and Dropout",
        [("LoraLinear", "Cpu.cs")] = "a composition of Matmul and Dropout, tile by tile",
        [("LoraMlp", "Cpu.cs")] = "a composition of RmsNorm, Glu and the linears of LoraLinear",
        [("LoraQkv", "Cpu.cs")] = "a composition of RmsNorm and the linears of LoraLinear",
    };

    public static string Root { get; } = FindRoot();

    public static IEnumerable<OpFolder> All() => Directory.GetDirectories(System.IO.Path.Combine(Root, "src/Kernels/Ops"))
        .Select(path => new OpFolder(System.IO.Path.GetFileName(path), path)).OrderBy(folder => folder.Name, StringComparer.Ordinal);

    public OpEntry? Entry => OpCatalog.All.SingleOrDefault(entry => entry.Folder == Name);

    /// <summary>`RmsNorm` as kernels, files and errors call it: `rms_norm`.</summary>
    public string SnakeName =>
        string.Concat(Name.Select((letter, i) => char.IsUpper(letter) && i > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    public bool Has(string suffix) => File.Exists(System.IO.Path.Combine(Path, $"{Name}.{suffix}"));

    /// <summary>What is missing without a reason, or excused although it is there.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (string piece in new[] { "cs", "Reference.cs", "Cpu.cs", "Cases.cs" })
            if (Complaint(piece, Has(piece)) is { } problem) yield return problem;
        if (Complaint("catalogue line", Entry is not null) is { } line) yield return line;
        if (Entry is { } entry && !entry.Has(FastTune.Kernels.Devices.DeviceKind.Cpu)) yield return $"{Name}: the catalogue knows no CPU kernel";
        if (Entry is { Cases.Count: 0 }) yield return $"{Name}: the case table is empty";
        string header = File.ReadLines(System.IO.Path.Combine(Path, $"{Name}.cs")).First();
        if (!header.StartsWith($"// {Name} · ", StringComparison.Ordinal)) yield return $"{Name}.cs: the contract header begins with `// {Name} · `";
    }

    private string? Complaint(string piece, bool there) => (there, Excused.ContainsKey((Name, piece))) switch
    {
        (false, false) => $"{Name}: {piece} is missing (tools/NewOp writes a skeleton; a composition states its reason in {nameof(OpFolder)})",
        (true, true) => $"{Name}: {piece} exists but is excused: strike the reason from {nameof(OpFolder)}",
        _ => null,
    };

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "FastTune.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("FastTune.sln lies in no folder above the tests");
    }
}
