// What an area of goldens is: a layout that is recognised, the cases found in it, and the verdict on each.
namespace FastTune.Parity;

/// <summary>Verdict on one case: the largest error seen and, when it failed, one line that says where.</summary>
/// <param name="Passed">True when every comparison stayed within the README's tolerance.</param>
/// <param name="Error">Largest error of the case, in the unit of its tolerance (0 for exact comparisons).</param>
/// <param name="Detail">What differed first, or a short note; one line.</param>
internal readonly record struct Verdict(bool Passed, double Error, string Detail)
{
    public static Verdict Pass(double error = 0, string detail = "") => new(true, error, detail);
    public static Verdict Fail(string detail, double error = double.NaN) => new(false, error, detail);
}

/// <summary>One golden case: its printed name (what --only matches) and how to check it.</summary>
internal sealed record Case(string Name, Func<Verdict> Check);

/// <summary>What the caller asked for beyond the folders.</summary>
/// <param name="Device">cpu, emu, ilgpu or cuda.</param>
/// <param name="Scratch">Temporary folder for outputs; removed at the end.</param>
internal sealed record ParityOptions(string Device, string Scratch);

/// <summary>A layout of golden folders. Knows layouts, never cases: it works on folders that it has never seen.</summary>
internal interface IArea
{
    /// <summary>Name shown in front of the case names.</summary>
    string Name { get; }

    /// <summary>True when a folder of this layout also holds folders of other layouts, which are to be looked at too.</summary>
    bool HasFoldersBelow => false;

    /// <summary>The cases at <paramref name="path"/> (a folder or file), or none when the layout is another one.
    /// Called for a given folder first and, when no area claims it, for its children.</summary>
    IEnumerable<Case> Find(string path, ParityOptions options);
}
