// Recipes as users give them: overrides in both forms, casts, errors that name key, value, choices and place.
using FastTune.Config;
using Xunit;

namespace FastTune.Tests.Host.Config;

public class RecipeReaderTests
{
    private static readonly string[] Least = ["model_name_or_path=m", "do_train=true", "dataset=d", "output_dir=/nowhere/at/all"];

    private static Recipe Train(params string[] more) => RecipeReader.Read(Purpose.Train, [.. Least, .. more]);

    private static string Error(params string[] more) => Assert.Throws<UserError>(() => Train(more)).Message;

    [Fact]
    public void Both_override_forms_mix_and_later_ones_win()
    {
        var recipe = Train("--learning-rate", "1e-3", "lora_rank=4", "--max_steps=-1", "--bf16", "--seed", "7", "seed=8", "--memory", "save_steps=10");
        Assert.Equal(1e-3, recipe.Optimizer.LearningRate);
        Assert.Equal((4, 8), (recipe.Method.LoraRank, recipe.Method.LoraAlpha));
        Assert.Equal((-1, 8, true, 10.0), (recipe.Training.MaxSteps, recipe.Training.Seed, recipe.Training.Memory, recipe.Training.SaveSteps));
        Assert.True(recipe.Precision.Bf16);
    }

    [Fact]
    public void Exact_casts_are_taken()
    {
        var recipe = Train("learning_rate='5e-5'", "lora_rank=8.0", "plot_loss='false'", "num_train_epochs=2", "save_strategy=no", "lora_target=[q_proj, v_proj]", "lr_scheduler_kwargs='{\"num_cycles\": 2}'");
        Assert.Equal(5e-5, recipe.Optimizer.LearningRate);
        Assert.Equal((8, 2.0, false, "no"), (recipe.Method.LoraRank, recipe.Training.NumTrainEpochs, recipe.Training.PlotLoss, recipe.Training.SaveStrategy));
        Assert.Equal(["q_proj", "v_proj"], recipe.Method.LoraTarget);
        Assert.Equal(2L, recipe.Optimizer.LrSchedulerKwargs["num_cycles"]);
    }

    [Theory]
    [InlineData("lora_rank=8.5", "command line: lora_rank is '8.5', expected a whole number")]
    [InlineData("lora_rank=99999999999", "expected a whole number")]
    [InlineData("learning_rate=fast", "learning_rate is 'fast', expected a number")]
    [InlineData("learning_rate=.nan", "learning_rate is '.nan', expected a number")]
    [InlineData("bf16=maybe", "bf16 is 'maybe', expected true or false")]
    [InlineData("bf16=", "bf16 is empty, expected true or false")]
    [InlineData("stage=foo", "stage is 'foo', expected one of pt, sft, rm, ppo, dpo, kto")]
    [InlineData("stage=dpo", "stage dpo is not yet supported; supported now: pt, sft")]
    [InlineData("lora_target={a: 1}", "lora_target is a map, expected names separated by commas")]
    [InlineData("lora_rnk=8", "unknown key lora_rnk; did you mean lora_rank?")]
    [InlineData("lr_sheduler_type=cosine", "did you mean lr_scheduler_type?")]
    [InlineData("qwertyuiop=1", "unknown key qwertyuiop; see")]
    [InlineData("use_galore=true finetuning_type=full", "use_galore is not yet supported")]
    [InlineData("compute_dtype=bfloat16", "compute_dtype is worked out from other keys")]
    [InlineData("n_shot=5", "n_shot has no meaning for train")]
    [InlineData("fp16=true", "fp16 is not possible on the CPU")]
    [InlineData("cutoff_len=0", "cutoff_len must be at least 1")]
    [InlineData("load_best_model_at_end=true eval_strategy=steps save_steps=30 eval_steps=20 val_size=5", "multiple of eval_steps")]
    public void A_wrong_recipe_is_named(string settings, string part) => Assert.Contains(part, Error(settings.Split(' ') is var all && settings.Contains(": ") ? [settings] : all));

    /// <summary>Reading and the rules across keys cover every key; what no run supports yet is refused by the door behind them.</summary>
    [Theory]
    [InlineData("stage: dpo\npref_loss: simpo", "recipe.yaml line 1: stage dpo is not yet supported")]
    [InlineData("bf16: true\nshift_attn: true", "recipe.yaml line 2: shift_attn is not yet supported")]
    [InlineData("quantization_bit: 4\nfinetuning_type: full", "recipe.yaml: quantization_bit needs finetuning_type lora or oft")]
    public void A_right_recipe_for_a_later_release_is_read_and_then_refused(string text, string refusal)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("ft-").FullName, "recipe.yaml");
        File.WriteAllText(file, $"{text}\n{string.Join('\n', Least.Select(setting => setting.Replace("=", ": ")))}\n");
        var raw = RawRecipe.Read(RecipeArguments.Parse([file]));
        if (refusal.Contains("not yet supported")) Assert.Equal("d", RecipeReader.Build(RecipeReader.Check(Purpose.Train, raw, file), raw, file).Data.Dataset[0]);
        Assert.StartsWith(refusal, Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Train, [file])).Message);
    }

    [Fact]
    public void A_device_without_bf16_refuses_pure_bf16()
    {
        MapNode raw = RawRecipe.Read(RecipeArguments.Parse([.. Least, "pure_bf16=true"]));
        Assert.Equal("bfloat16", RecipeReader.Check(Purpose.Train, raw, null).Value("compute_dtype"));
        Assert.Contains("device without bf16", Assert.Throws<UserError>(() => RecipeReader.Check(Purpose.Train, raw, null, DeviceTypes.Fp32)).Message);
    }

    [Theory]
    [InlineData("n_shot=5", "task is missing")]
    [InlineData("task=mmlu_test save_dir=/", "save_dir exists already")]
    [InlineData("task=mmlu_test infer_backend=vllm", "infer_backend is for chat")]
    [InlineData("task=mmlu_test learning_rate=1", "learning_rate has no meaning for eval")]
    public void A_benchmark_recipe_has_rules_of_its_own(string settings, string part)
    {
        MapNode raw = RawRecipe.Read(RecipeArguments.Parse(["model_name_or_path=m", .. settings.Split(' ')]));
        Assert.Contains(part, Assert.Throws<UserError>(() => RecipeReader.Check(Purpose.Evaluate, raw, null)).Message);
    }

    [Fact]
    public void An_unsupported_key_that_asks_for_nothing_is_fine() =>
        Assert.Empty(Train("use_galore=false", "quantization_bit=null", "report_to=none", "freeze_vision_tower=true").Notes);

    [Fact]
    public void What_needs_no_work_is_noted_once_with_the_reason()
    {
        var notes = Train("trust_remote_code=true", "deepspeed=ds.json", "flash_attn=auto").Notes;
        Assert.Equal(["trust_remote_code: nothing to do, no code from a model folder is ever run", "deepspeed: nothing to do, one device in one process: there is nothing to spread"], notes);
    }

    [Fact]
    public void A_file_error_names_file_and_line()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("ft-").FullName, "mine.yaml");
        File.WriteAllText(file, "stage: sft\n# a comment\nlora_rank: many\n");
        Assert.StartsWith("mine.yaml line 3: lora_rank is 'many'", Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Train, [file])).Message);
        Assert.Contains("no such file", Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Train, [file + ".yaml"])).Message);
        Assert.Equal(2, Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Train, [file[..^5]])).ExitCode);
        Assert.Equal(2, Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Train, [])).ExitCode);
    }

    [Fact]
    public void An_output_folder_with_checkpoints_resumes_the_newest_by_number()
    {
        string folder = Directory.CreateTempSubdirectory("ft-").FullName;
        foreach (string name in new[] { "checkpoint-9", "checkpoint-100", "checkpoint-x", "checkpoint-200.tmp" }) Directory.CreateDirectory(Path.Combine(folder, name));
        Assert.Equal(Path.Combine(folder, "checkpoint-100"), Train($"output_dir={folder}").Training.ResumeFromCheckpoint);
        Assert.Null(Train($"output_dir={folder}", "overwrite_output_dir=true").Training.ResumeFromCheckpoint);
    }

    [Fact]
    public void Export_needs_a_folder_and_chat_knows_no_training_keys()
    {
        Assert.Contains("export_dir is missing", Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Export, ["model_name_or_path=m"])).Message);
        Assert.Contains("learning_rate has no meaning for chat", Assert.Throws<UserError>(() => RecipeReader.Read(Purpose.Infer, ["model_name_or_path=m", "learning_rate=1"])).Message);
        Assert.Equal(7, RecipeReader.Read(Purpose.Infer, ["model_name_or_path=m", "seed=7"]).Generation.Seed);
    }
}
