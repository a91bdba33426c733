// Recipes that name what lies on a hub: models, adapters, datasets of each spelling; and what never asks one.
using FastTune.Config;
using FastTune.Data;
using FastTune.Hub;
using FastTune.Tests.Host.Cli;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public class RecipeSourcesTests
{
    private static Recipe Local(HubWorld world, Recipe recipe, bool weights = true) =>
        RecipeSources.Local(recipe, new BufferTerminal(), weights, () => world.Settings);

    private static Recipe Recipe(string model, DataOptions? data = null) => new() { Model = new ModelOptions { ModelNameOrPath = model }, Data = data ?? new DataOptions() };

    private static HubWorld Data(Action<FakeHub> fill)
    {
        var world = new HubWorld(new FakeHub { Repo = "datasets/org/data" });
        fill(world.Hub);
        return world;
    }

    private static DataOptions Entry(HubWorld world, string entry)
    {
        File.WriteAllText(world.File("dataset_info.json"), $$"""{"rows":{{entry}}}""");
        return new DataOptions { DatasetDir = Path.GetDirectoryName(world.File("dataset_info.json"))!, Dataset = ["rows"] };
    }

    private static string[] Files(HubWorld world, string entry) =>
        [.. Local(world, Recipe("/", Entry(world, entry))).Data.HubFiles["rows"].Select(path => Path.GetRelativePath(Path.Combine(world.Cache, "datasets--org--data", "snapshots", FakeHub.Commit), path))];

    [Fact]
    public void A_model_becomes_its_folder_and_keeps_its_name()
    {
        using var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("tokenizer.json", "{}").Add("model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors"}}""")
            .Add("model-1.safetensors", FakeHub.Bytes(10), large: true).Add("pytorch_model.bin", "x").Add("original/consolidated.pth", "x").Add("run.py", "x");
        var model = Local(world, Recipe("org/name")).Model;
        Assert.Equal((world.Snapshot, "org/name"), (model.ModelNameOrPath, model.BaseName));
        Assert.Equal(["config.json", "model-1.safetensors", "model.safetensors.index.json", "tokenizer.json"], Directory.GetFileSystemEntries(world.Snapshot).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_preview_fetches_no_weights()
    {
        using var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("tokenizer.json", "{}").Add("model.safetensors", FakeHub.Bytes(10), large: true);
        Local(world, Recipe("org/name"), weights: false);
        Assert.Empty(world.Hub.StorageRequests);
    }

    [Fact]
    public void An_adapter_needs_no_model()
    {
        using var world = new HubWorld();
        world.Hub.Add("adapter_config.json", "{}").Add("adapter_model.safetensors", "x").Add("training_args.bin", "x");
        var recipe = Recipe(world.Cache + "/..") with { Model = new ModelOptions { ModelNameOrPath = Path.GetTempPath(), AdapterNameOrPath = ["org/name"] } };
        Assert.Equal([world.Snapshot], Local(world, recipe).Model.AdapterNameOrPath);
        Assert.False(File.Exists(Path.Combine(world.Snapshot, "training_args.bin")));
    }

    [Theory]
    [InlineData("org/name:Q8_0", "m-Q8_0.gguf")]
    [InlineData("org/name:q4_k_m", "m-Q4_K_M-00001-of-00002.gguf")]
    public void A_quantisation_picks_a_GGUF_file_with_all_its_parts(string name, string file)
    {
        using var world = new HubWorld();
        foreach (string path in new[] { "m-Q8_0.gguf", "m-Q4_K_M-00001-of-00002.gguf", "m-Q4_K_M-00002-of-00002.gguf", "m-Q4_K.gguf" }) world.Hub.Add(path, path);
        Assert.Equal(Path.Combine(world.Snapshot, file), Local(world, Recipe(name)).Model.ModelNameOrPath);
        Assert.Equal(file.Contains("of", StringComparison.Ordinal) ? 2 : 1, Directory.GetFiles(world.Snapshot).Length);
        Assert.Contains("several GGUF files", Assert.Throws<UserError>(() => Local(world, Recipe("org/name"))).Message);
    }

    [Theory]
    [InlineData("./missing")]
    [InlineData("missing/model.gguf")]
    [InlineData("/missing")]
    [InlineData("a/b/c")]
    public void Paths_ask_no_hub(string name)
    {
        using var world = new HubWorld();
        Assert.Equal(name, Local(world, Recipe(name)).Model.ModelNameOrPath);
        Assert.Empty(world.Hub.Requests);
    }

    [Fact]
    public void A_name_that_is_nowhere_is_named_with_its_key()
    {
        using var world = new HubWorld();
        string message = Assert.Throws<UserError>(() => Local(world, Recipe("org/nmae"))).Message;
        Assert.StartsWith("model_name_or_path: there is no folder org/nmae here, and from the hub: ", message);
    }

    [Fact]
    public void The_recipes_token_and_cache_win_and_are_not_kept()
    {
        using var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("model.safetensors", "x");
        var recipe = RecipeReader.Read(Purpose.Infer, ["model_name_or_path=org/name", "template=qwen3", "hf_hub_token=hf_secret", $"cache_dir={world.File("own")}"]);
        Assert.StartsWith(world.File("own"), Local(world, recipe).Model.ModelNameOrPath);
        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Header("Authorization")));
        Assert.DoesNotContain("hf_hub_token", recipe.Given.Keys);
    }

    [Theory]
    [InlineData("""{"hf_hub_url":"org/data"}""", "data/train-00000-of-00002.json data/train-00001-of-00002.json")]
    [InlineData("""{"hf_hub_url":"org/data","split":"test"}""", "data/test-00000-of-00001.json")]
    [InlineData("""{"hf_hub_url":"org/data","folder":"more"}""", "more/x.json")]
    [InlineData("""{"hf_hub_url":"org/data","ms_hub_url":"other/data"}""", "data/train-00000-of-00002.json data/train-00001-of-00002.json")]
    public void Files_of_a_dataset_are_found_by_their_names(string entry, string expected)
    {
        using var world = Data(hub => hub.Add("data/train-00000-of-00002.json", "[]").Add("data/train-00001-of-00002.json", "[]").Add("data/test-00000-of-00001.json", "[]").Add("more/x.json", "[]").Add("dataset_infos.json", "{}"));
        Assert.Equal(expected.Split(' '), Files(world, entry));
    }

    [Theory]
    [InlineData("""{"hf_hub_url":"org/data"}""", "en.jsonl")]
    [InlineData("""{"hf_hub_url":"org/data","subset":"fr"}""", "fr/a.jsonl fr/b.jsonl")]
    [InlineData("""{"hf_hub_url":"org/data","subset":"fr","split":"dev"}""", "fr/dev/c.jsonl")]
    public void Files_of_a_dataset_are_found_by_its_card(string entry, string expected)
    {
        const string Card = """
            ---
            license: mit
            configs:
            - config_name: en
              default: true
              data_files: en.jsonl
            - config_name: fr
              data_files:
              - split: train
                path: [fr/a.jsonl, "fr/b*"]
              - split: dev
                path: fr/dev/*
            ---
            # Data
            """;
        using var world = Data(hub => hub.Add("README.md", Card).Add("en.jsonl", "{}").Add("fr/a.jsonl", "{}").Add("fr/b.jsonl", "{}").Add("fr/dev/c.jsonl", "{}"));
        Assert.Equal(expected.Split(' '), Files(world, entry));
    }

    [Theory]
    [InlineData("a.json", """{"hf_hub_url":"org/data","split":"test"}""", "has no split 'test'")]
    [InlineData("a.json", """{"hf_hub_url":"org/data","split":"train[:10%]"}""", "parts and sums of splits are not read")]
    [InlineData("a.json", """{"hf_hub_url":"org/data","subset":"x"}""", "describes no subsets")]
    [InlineData("a.json", """{"hf_hub_url":"org/data","folder":"x"}""", "no data files below folder 'x'")]
    [InlineData("a.json", """{"hf_hub_url":"../data"}""", "is no name of a repository")]
    [InlineData("a.json", """{"om_hub_url":"org/data"}""", "Openmind")]
    [InlineData("a.json.gz", """{"hf_hub_url":"org/data"}""", "is compressed")]
    [InlineData("data.py", """{"hf_hub_url":"org/data"}""", "code of a hub is never run")]
    public void What_cannot_be_read_of_a_dataset_is_said(string file, string entry, string part)
    {
        using var world = Data(hub => hub.Add(file, "[]"));
        Assert.Contains(part, Assert.Throws<UserError>(() => Files(world, entry)).Message);
    }

    [Fact]
    public void The_data_room_reads_what_was_fetched()
    {
        using var world = Data(hub => hub.Add("train.json", """[{"instruction":"a","output":"b"}]"""));
        var data = Local(world, Recipe("/", Entry(world, """{"hf_hub_url":"org/data"}"""))).Data;
        var entry = DatasetCatalog.Load(data.DatasetDir, data.HubFiles).Find("rows", _ => { });
        Assert.Equal("a", RowSource.Read(entry).Single().Value.GetProperty("instruction").GetString());
    }

    [Fact]
    public void Online_means_that_names_are_ids()
    {
        using var world = Data(hub => hub.Add("train.json", """[{"instruction":"a","output":"b"}]"""));
        var data = Local(world, Recipe("/", new DataOptions { DatasetDir = "ONLINE", Dataset = ["org/data"] })).Data;
        Assert.Single(RowSource.Read(DatasetCatalog.Load(data.DatasetDir, data.HubFiles).Find("org/data", _ => { })));
    }

    [Fact]
    public void Remote_fetches_the_catalog_from_a_repository()
    {
        using var world = Data(hub => hub.Add("dataset_info.json", """{"rows":{"hf_hub_url":"org/data"}}""").Add("train.json", """[{"instruction":"a","output":"b"}]"""));
        var data = Local(world, Recipe("/", new DataOptions { DatasetDir = "REMOTE:org/data", Dataset = ["rows"] })).Data;
        Assert.Single(RowSource.Read(DatasetCatalog.Load(data.DatasetDir, data.HubFiles).Find("rows", _ => { })));
    }
}
