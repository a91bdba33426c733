// CONTRIBUTING.md says how a user writes a template: its example loads, and it names every key and every kind.
using System.Text.Json;
using System.Text.RegularExpressions;
using FastTune.Templates;
using FastTune.Tests.Host.Architecture;
using Xunit;

namespace FastTune.Tests.Host.Templates;

public partial class TemplateGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));

    [Fact]
    public void Example_is_a_template()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "brief.json");
        File.WriteAllText(path, Assert.Single(Example().Matches(Guide)).Groups[1].Value);
        var template = ChatTemplates.Find(path, LetterTokenizer.Plain);
        var pair = template.EncodeOneturn([new(Role.User, "2+2?"), new(Role.Assistant, "4")], new RenderOptions());
        Assert.Equal("brief", template.Name);
        Assert.Contains("Answer in one line.", template.Tokenizer.Decode(pair.Prompt, false));
        Assert.Contains("<|user|>2+2?", template.Tokenizer.Decode(pair.Prompt, false));
    }

    [Fact]
    public void Every_key_and_kind_is_explained()
    {
        var keys = typeof(TemplateFile).GetProperties().Where(p => p.GetMethod!.IsPublic && !p.GetMethod.IsStatic && p.CanWrite).Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));
        foreach (string name in keys.Concat(TemplateFile.Kinds.Keys)) Assert.Contains($"`{name}`", Guide);
    }

    [GeneratedRegex("```json\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
