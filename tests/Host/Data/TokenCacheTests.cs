// tokenized_path: prepared rows come back as they were, and rows that were made of anything else are refused by name.
using FastTune.Config;
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class TokenCacheTests : IDisposable
{
    private readonly DataFolder _folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", """
        {"instruction": "q", "output": "a"}
        {"instruction": "r", "output": "b"}
        """);

    private string Kept => Path.Combine(_folder.Path, "kept");

    private PreparedData Load(Func<DataOptions, DataOptions>? change = null)
    {
        DataOptions With(DataOptions data) => data with { TokenizedPath = Kept };
        return _folder.Load(change: data => change is null ? With(data) : change(With(data)));
    }

    private string Refused(Func<DataOptions, DataOptions>? change = null) => Assert.Throws<UserError>(() => Load(change)).Message;

    [Fact]
    public void Kept_rows_come_back_also_where_the_datasets_are_not()
    {
        var made = Load(data => data with { ValSize = 1 });
        Assert.Equal(["rows.bin", "settings.json"], Directory.GetFiles(Kept).Select(Path.GetFileName).Order());
        File.Delete(Path.Combine(_folder.Path, "d.jsonl"));
        var read = Load(data => data with { ValSize = 1 });
        Assert.Equal(made.TrainRows.Select(DataFolder.Text), read.TrainRows.Select(DataFolder.Text));
        Assert.Equal(made.EvalRows.Select(DataFolder.Text), read.EvalRows.Select(DataFolder.Text));
        Assert.Equal(made.TrainRows[0].Origins, read.TrainRows[0].Origins);
    }

    [Fact]
    public void Rows_of_other_settings_texts_or_tokens_are_refused()
    {
        Load();
        Assert.Contains("cutoff_len '64', the recipe has '8'", Refused(data => data with { CutoffLen = 8 }));
        Assert.Contains("strict_labels 'False'", Refused(data => data with { StrictLabels = true }));
        string settings = Path.Combine(Kept, "settings.json");
        string kept = File.ReadAllText(settings);
        File.WriteAllText(settings, System.Text.RegularExpressions.Regex.Replace(kept, "(\"tokenizer_and_template\": \").", "$1z"));
        Assert.Contains("was made with tokenizer_and_template 'z", Refused());
        File.WriteAllText(settings, kept);
        _folder.With("d.jsonl", """{"instruction": "changed", "output": "a"}""");
        Assert.Contains("was made with dataset_contents '", Refused());
    }

    [Fact]
    public void A_folder_of_another_program_is_left_alone()
    {
        Directory.CreateDirectory(Kept);
        File.WriteAllText(Path.Combine(Kept, "dataset_dict.json"), "{}");
        Assert.Contains("holds dataset_dict.json and no rows that this program prepared", Refused());
        Assert.Single(Directory.GetFiles(Kept));
    }

    [Fact]
    public void What_an_interrupted_run_left_is_made_anew_and_damage_is_named()
    {
        Directory.CreateDirectory(Kept);
        File.WriteAllText(Path.Combine(Kept, "settings.json"), "{}");
        File.WriteAllText(Path.Combine(Kept, "rows.bin.1.tmp"), "half");
        Assert.Equal(2, Load().TrainRows.Count);
        string rows = Path.Combine(Kept, "rows.bin");
        byte[] whole = File.ReadAllBytes(rows);
        foreach (int length in new[] { 0, 7, 9, 20, whole.Length - 5 })
        {
            File.WriteAllBytes(rows, whole[..length]);
            Assert.Contains("cannot be read as prepared rows", Refused());
        }
        File.WriteAllBytes(rows, whole);
        File.Delete(Path.Combine(Kept, "settings.json"));
        Assert.Contains("settings.json is missing", Refused());
    }

    public void Dispose() => _folder.Dispose();
}
