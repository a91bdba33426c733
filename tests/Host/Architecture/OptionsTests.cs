// Options that no room reads would be accepted and ignored: this names them.
using System.Text.RegularExpressions;
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public class OptionsTests
{
    private static readonly Type[] Records =
    [
        typeof(ModelOptions), typeof(DataOptions), typeof(MethodOptions), typeof(OptimizerOptions), typeof(TrainingOptions),
        typeof(PrecisionOptions), typeof(GenerationOptions), typeof(ExportOptions),
    ];

    /// <summary>A key that no room reads yet has the status later in keys.tsv.</summary>
    [Fact]
    public void Every_option_is_read_outside_Config()
    {
        var sources = Repository.Files().Where(file => file.StartsWith("src/Host/", StringComparison.Ordinal) && !file.StartsWith("src/Host/Config/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));
        string text = string.Join('\n', sources.Select(file => File.ReadAllText(Path.Combine(Repository.Root, file))));
        var unread = from record in Records
                     from property in record.GetProperties()
                     where !Regex.IsMatch(text, $@"\.{property.Name}\b")
                     select $"{record.Name}.{property.Name}";
        Assert.Empty(unread);
    }
}
