// The files of a new op, from the templates beside this file: a whole op already (y = factor x), whose case table passes.
using System.Text.RegularExpressions;

namespace FastTune.NewOp;

internal static partial class OpSkeleton
{
    private static readonly string[] Pieces = ["cs", "Reference.cs", "Cpu.cs", "Cases.cs"];

    /// <summary>True for `RmsNorm`; false for what could not be a type's name, or a folder elsewhere.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Writes the op's folder below <paramref name="root"/>, a checkout, and adds its line to the catalogue.</summary>
    /// <returns>The files written or changed, relative to the root.</returns>
    /// <exception cref="IOException">The op exists, or this is no checkout.</exception>
    public static IReadOnlyList<string> Write(string root, string name)
    {
        string catalogue = Path.Combine("src", "Kernels", "Ops", "OpCatalog.cs"), folder = Path.Combine("src", "Kernels", "Ops", name);
        if (!File.Exists(Path.Combine(root, catalogue))) throw new IOException($"{root} has no {catalogue}: run this in the repository's root");
        if (Directory.Exists(Path.Combine(root, folder))) throw new IOException($"{folder} exists: choose another name, or change the op by hand");
        string listed = Listed(File.ReadAllText(Path.Combine(root, catalogue)), name);
        Directory.CreateDirectory(Path.Combine(root, folder));
        var files = new List<string>();
        foreach (string piece in Pieces)
        {
            files.Add(Path.Combine(folder, $"{name}.{piece}"));
            File.WriteAllText(Path.Combine(root, files[^1]), Filled(piece, name));
        }
        File.WriteAllText(Path.Combine(root, catalogue), listed);
        return [.. files, catalogue];
    }

    /// <summary>The catalogue with a last line for the op.</summary>
    private static string Listed(string catalogue, string name)
    {
        int end = catalogue.IndexOf("\n    ];", StringComparison.Ordinal);
        if (end < 0) throw new IOException("OpCatalog.cs has no list that ends with `    ];`: add the op's line by hand");
        return catalogue.Insert(end, $"\n        new(\"{name}\", {name}.{name}Cases.All, kind => {name}.{name}.Kernels.Find(kind) is not null),");
    }

    private static string Filled(string piece, string name)
    {
        using var stream = typeof(OpSkeleton).Assembly.GetManifestResourceStream($"Op.{piece}.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("$Name$", name, StringComparison.Ordinal).Replace("$snake$", Snake(name), StringComparison.Ordinal);
    }

    private static string Snake(string name) => Capital().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]{1,60}$")]
    private static partial Regex Name();

    [GeneratedRegex("(?<=.)[A-Z]")]
    private static partial Regex Capital();
}
