// A reader under fire: good inputs to start from, and what is done with a damaged one.
namespace FastTune.Fuzz;

/// <summary>One reader.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="FileName">Name under which an input is put into a folder of its own; its ending decides the form where that matters.</param>
/// <param name="Seeds">Good inputs, made by the program itself.</param>
/// <param name="Read">Reads the file at this path to the end, as a run would. UserError is the one exception that may come out.</param>
internal sealed record FuzzTarget(string Name, string FileName, Func<IEnumerable<byte[]>> Seeds, Action<string> Read)
{
    /// <summary>Words of the format that are put into inputs as they are.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}
