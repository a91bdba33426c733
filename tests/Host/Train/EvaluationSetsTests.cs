// Several evaluation datasets: together by default, each under its own name with eval_on_each_dataset.
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class EvaluationSetsTests
{
    [Fact]
    public void Each_dataset_has_figures_of_its_own_and_one_of_them_may_choose_the_best_model()
    {
        using var run = new TinyRun();
        File.WriteAllText(run.At("data", "dataset_info.json"), """{"rows": {"file_name": "rows.jsonl"}, "near": {"file_name": "near.jsonl"}, "far": {"file_name": "far.jsonl"}}""");
        File.WriteAllText(run.At("data", "near.jsonl"), """{"instruction": "Where is number 3?", "output": "The bear number 3 sleeps in the barn."}""");
        File.WriteAllText(run.At("data", "far.jsonl"), """{"instruction": "zzz", "output": "qqq xxx 777"}""");
        var (code, _, error) = run.Run("train", "stage=sft", "max_steps=12", "save_strategy=no", "eval_dataset=near,far", "eval_on_each_dataset=true",
            "eval_strategy=steps", "eval_steps=4", "metric_for_best_model=near_loss", "plot_loss=true");
        Assert.True(code == 0, error);
        var state = TrainerState.Read(run.At("out"));
        double near = state.Series("eval_near_loss")[^1].Value, far = state.Series("eval_far_loss")[^1].Value;
        Assert.True(near < far, $"{near} {far}");
        Assert.Empty(state.Series("eval_loss"));
        Assert.Equal(state.Series("eval_near_loss").Min(entry => entry.Value), state.BestMetric);
        Assert.True(File.Exists(run.At("out", "training_eval_far_loss.png")));
        Assert.Contains("eval_far_loss", File.ReadAllText(run.At("out", "eval_results.json")));
    }

    [Fact]
    public void Joined_datasets_have_one_figure()
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", "stage=sft", "max_steps=2", "save_strategy=no", "eval_dataset=rows", "eval_strategy=steps", "eval_steps=2");
        Assert.True(code == 0, error);
        Assert.Single(TrainerState.Read(run.At("out")).Series("eval_loss"));
    }
}
