// Where a value stands, in the words of an error message.
namespace FastTune.Config;

internal static class Place
{
    /// <summary><c>recipe.yaml line 3</c>, or <c>command line</c> for a value given there.</summary>
    public static string Of(string file, ConfigNode node) => node.Line switch
    {
        0 => "command line",
        < 0 => file,
        _ => $"{file} line {node.Line}",
    };
}
