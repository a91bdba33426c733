// What unquoted YAML values mean, with their .NET types: golden tests compare values only.
using System.Numerics;
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Config;

public class YamlScalarTests
{
    public static TheoryData<string, object?> Values => new()
    {
        { "8", 8L }, { "010", 8L }, { "-0x1F", -31L }, { "0b11", 3L }, { "+5", 5L }, { "12:30", 750L }, { "-1:30", -90L }, { "1_000", 1000L },
        { "9223372036854775807", long.MaxValue }, { "9223372036854775808", BigInteger.Parse("9223372036854775808") },
        { "0o17", "0o17" }, { "09", "09" }, { "0x", "0x" }, { "1-2", "1-2" }, { "+", "+" }, { ".", "." }, { "1e", "1e" },
        { "1e-4", 1e-4 }, { "1.e-4", 1e-4 }, { "5.", 5.0 }, { ".5", 0.5 }, { "1E5", 1e5 }, { "-1e+3", -1000.0 }, { "1:30.5", 90.5 },
        { ".5e3", ".5e3" }, { "-.5", "-.5" }, { ".inf", double.PositiveInfinity }, { "-.INF", double.NegativeInfinity }, { ".nan", double.NaN }, { "inf", "inf" },
        { "yes", true }, { "Off", false }, { "oFF", "oFF" }, { "y", "y" }, { "~", null }, { "", null }, { "Null", null }, { "None", "None" },
        { "2026-03-05", "2026-03-05" }, { "3.10.1", "3.10.1" }, { "1e999", double.PositiveInfinity },
    };

    [Theory, MemberData(nameof(Values))]
    public void A_plain_scalar_means_what_PyYAML_with_OmegaConfs_floats_makes_of_it(string text, object? expected) =>
        Assert.Equal(expected, YamlScalar.Resolve(text));

    [Fact]
    public void A_number_of_a_million_digits_stays_text() => Assert.IsType<string>(YamlScalar.Resolve(new string('9', 1_000_000)));
}
