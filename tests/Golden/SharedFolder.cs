// Where the reference data lies beside a checkout, when it does.
namespace FastTune.Tests.Golden;

internal static class SharedFolder
{
    public const string Absent = "the reference data is not beside this checkout (../shared is absent)";

    /// <summary>The folder <c>shared/golden</c> of the checkout's parents, or null.</summary>
    public static string? Golden()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string golden = Path.Combine(folder.FullName, "shared", "golden");
            if (Directory.Exists(golden)) return golden;
        }
        return null;
    }
}
