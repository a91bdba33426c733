// The table of keys against the code: what it calls used is read by a binder, and what a binder reads is in it as used.
using System.Text.Json;
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Config;

public class KeyTableTests
{
    /// <summary>Worked out by the rules for the binders; never keys of a recipe.</summary>
    private static readonly string[] Derived = ["compute_dtype", "model_max_length", "block_diag_attn"];

    [Fact]
    public void Binders_read_exactly_the_keys_that_the_table_calls_used()
    {
        var asked = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var purpose in Enum.GetValues<Purpose>())
        {
            var settings = new Settings(purpose);
            RecipeReader.Build(settings, new MapNode([], 0), null);
            asked.UnionWith(settings.Asked);
        }
        var used = new SortedSet<string>(KeyTable.All.Where(key => key.Status == KeyStatus.Used).Select(key => key.Name), StringComparer.Ordinal);
        Assert.Equal(used, asked.Except(Derived));
    }

    [Fact]
    public void The_records_own_defaults_are_the_tables()
    {
        foreach (var purpose in Enum.GetValues<Purpose>())
        {
            var built = RecipeReader.Build(new Settings(purpose), new MapNode([], 0), null);
            Assert.Equal(JsonSerializer.Serialize(new Recipe { Purpose = purpose }), JsonSerializer.Serialize(built));
        }
    }

    [Fact]
    public void Every_default_casts_and_every_here_key_has_a_reason()
    {
        Assert.All(KeyTable.All, key => Casting.Default(key));
        Assert.All(KeyTable.All, key => Assert.Equal(key.Status == KeyStatus.Here, key.Why.Length > 0));
        Assert.All(KeyTable.All, key => Assert.True(key.Status != KeyStatus.Used || key.Default.Length > 0, key.Name));
    }

    [Fact]
    public void Names_are_unique_for_every_purpose() =>
        Assert.All(Enum.GetValues<Purpose>(), purpose => Assert.NotEmpty(KeyTable.For(purpose)));

    [Theory]
    [InlineData("lora_aplha", "lora_alpha")]
    [InlineData("Cutoff_Len", "cutoff_len")]
    [InlineData("x", null)]
    [InlineData("completely_different_words", null)]
    public void The_nearest_name_is_a_few_edits_away(string name, string? expected) =>
        Assert.Equal(expected, Nearest.Of(name, KeyTable.For(Purpose.Train).Keys));
}
