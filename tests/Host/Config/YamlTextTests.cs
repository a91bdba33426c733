// YAML recipes: structure, and the bounds that hostile files meet.
using System.Text;
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Config;

public class YamlTextTests
{
    private static MapNode Parse(string text) => RawRecipe.ParseFile("recipe.yaml", text);

    private static object? Value(string text, string key) => Parse(text).Items[key].ToObject();

    [Fact]
    public void Merge_keys_fill_what_the_map_itself_lacks() =>
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 9L, ["y"] = 2L }, Value("base: &b {x: 1, y: 2}\nown: {<<: *b, x: 9}\n", "own"));

    [Fact]
    public void An_explicit_text_tag_keeps_a_number_text() => Assert.Equal("5", Value("a: !!str 5\n", "a"));

    [Theory]
    [InlineData("a: 1\n---\nb: 2\n", "second document")]
    [InlineData("a: *nothing\n", "names no anchor")]
    [InlineData("a: !!python/object:os.system x\n", "tag")]
    [InlineData("a: [1, 2\n", "not valid YAML")]
    [InlineData("? [1, 2]\n: 3\n", "key must be text")]
    [InlineData("a: 1\na: 2\n", "line 2: key a is given twice")]
    [InlineData("just text\n", "a single value")]
    public void A_broken_file_is_one_line_that_names_it(string text, string part)
    {
        var error = Assert.Throws<UserError>(() => Parse(text));
        Assert.StartsWith("recipe.yaml", error.Message);
        Assert.Contains(part, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends() =>
        Assert.Contains("nested deeper", Assert.Throws<UserError>(() => Parse("a: " + new string('[', 20_000) + new string(']', 20_000))).Message);

    [Fact]
    public void A_billion_laughs_are_counted_in_full()
    {
        var bomb = new StringBuilder("l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) bomb.Append($"l{i}: &l{i} [{string.Join(',', Enumerable.Repeat($"*l{i - 1}", 10))}]\n");
        Assert.Contains("aliases counted in full", Assert.Throws<UserError>(() => Parse(bomb.ToString())).Message);
    }

    [Fact]
    public void An_override_into_an_aliased_map_leaves_the_anchors_map_alone()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("ft-").FullName, "r.yaml");
        File.WriteAllText(file, "a: &m {x: 1}\nb: *m\n");
        var raw = RawRecipe.Read(RecipeArguments.Parse([file, "b.x=2"]));
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 1L }, raw.Items["a"].ToObject());
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 2L }, raw.Items["b"].ToObject());
    }

    [Fact]
    public void JSON_recipes_refuse_double_keys_and_keep_number_types()
    {
        var map = RawRecipe.ParseFile("r.json", """{"a": 1, "b": 1.0, "c": "1", "d": null}""");
        Assert.Equal([1L, 1.0, "1", null], map.Items.Values.Select(node => node.ToObject()));
        Assert.Contains("not valid JSON", Assert.Throws<UserError>(() => RawRecipe.ParseFile("r.json", """{"a": 1, "a": 2}""")).Message);
    }
}
