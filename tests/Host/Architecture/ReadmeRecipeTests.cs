// The recipes that README.md shows are recipes: every yaml block is read as `train` reads it.
using System.Text.RegularExpressions;
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Architecture;

public partial class ReadmeRecipeTests
{
    [Fact]
    public void Every_recipe_is_accepted_whole()
    {
        var recipes = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(recipes);
        foreach (string text in recipes)
        {
            string file = Path.Combine(Path.GetTempPath(), $"fasttune-readme-{Guid.NewGuid():N}.yaml");
            File.WriteAllText(file, text);
            try
            {
                Recipe recipe = RecipeReader.Read(Purpose.Train, [file]);
                Assert.Empty(recipe.Notes);
                Assert.Equal(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, recipe.Given.Count);
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    [GeneratedRegex("^```yaml\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
