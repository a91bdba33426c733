// Which files of a repository a purpose needs: some can be named at once, others only after small ones have been read.
namespace FastTune.Hub;

internal interface IFileChoice
{
    /// <summary>Paths that are needed whatever they hold.</summary>
    /// <exception cref="UserError">The repository has nothing for this purpose.</exception>
    IReadOnlyList<string> First(IReadOnlyList<string> paths);

    /// <summary>Further paths, known from the files that are now in <paramref name="folder"/>.</summary>
    IReadOnlyList<string> Then(string folder, IReadOnlyList<string> paths);
}
