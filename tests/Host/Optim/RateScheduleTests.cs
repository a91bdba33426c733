// Holds the schedules' edges that recorded curves do not show: errors, groups, saved state.
using FastTune.Optim;
using Xunit;

namespace FastTune.Tests.Host.Optim;

public class RateScheduleTests
{
    private static RateSchedule Make(string name, int warmup, int total, params (string Key, object? Value)[] arguments) =>
        RateSchedule.Create(name, arguments.ToDictionary(a => a.Key, a => a.Value), [1e-3, 4e-3], warmup, total);

    [Fact]
    public void EveryGroupFollowsTheSameShape()
    {
        var schedule = Make("linear", 0, 4);
        Assert.Equal([1e-3, 7.5e-4, 5e-4, 2.5e-4, 0, 0], Enumerable.Range(0, 6).Select(step => schedule.Rate(step)));
        Assert.Equal(3e-3, schedule.Rate(1, group: 1), 1e-18);
    }

    [Theory]
    [InlineData(0.0, 10, 0)]
    [InlineData(0.13, 15, 2)]
    [InlineData(0.999, 10, 10)]
    [InlineData(1.0, 10, 1)]
    [InlineData(2.7, 10, 2)]
    public void AWarmupBelowOneIsAShareRoundedUp(double given, int total, int steps) =>
        Assert.Equal(steps, RateSchedule.WarmupSteps(given, total));

    [Fact]
    public void AWarmupAsLongAsTheRunDividesByNothing()
    {
        foreach (string name in RateSchedule.Names.Where(name => !name.Contains("min_lr")))
            Assert.All(Enumerable.Range(0, 8), step => Assert.True(double.IsFinite(Make(name, 6, 6).Rate(step)), name));
    }

    [Theory]
    [InlineData("linaer", "", null, "lr_scheduler_type: no schedule 'linaer'")]
    [InlineData("linear", "num_cycles", 2.0, "linear has no argument 'num_cycles'; it takes none")]
    [InlineData("cosine", "cycles", 2.0, "it takes num_cycles")]
    [InlineData("cosine", "num_cycles", "many", "num_cycles of cosine is 'many', expected a number")]
    [InlineData("polynomial", "lr_end", 0.5, "not below learning_rate")]
    [InlineData("cosine_with_min_lr", "num_cycles", 0.5, "needs either min_lr")]
    [InlineData("warmup_stable_decay", "decay_type", "exp", "expected one of cosine, linear, 1-sqrt")]
    [InlineData("warmup_stable_decay", "num_decay_steps", -3L, "expected a whole number")]
    [InlineData("reduce_lr_on_plateau", "factor", 1.5, "below 1")]
    public void WrongSettingsAreNamed(string name, string key, object? value, string message)
    {
        var error = Assert.Throws<UserError>(() => Make(name, 1, 10, key.Length == 0 ? [] : [(key, value)]));
        Assert.Contains(message, error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void AResumedPlateauRemembersItsBestAndItsPatience()
    {
        var whole = Make("reduce_lr_on_plateau", 0, 10, ("factor", 0.5), ("patience", 1L));
        var first = Make("reduce_lr_on_plateau", 0, 10, ("factor", 0.5), ("patience", 1L));
        double[] metrics = [2.0, 2.1, 2.2, 2.3, 1.9, 2.0, 2.0];
        foreach (double metric in metrics) whole.Observe(metric);
        foreach (double metric in metrics[..2]) first.Observe(metric);
        var resumed = Make("reduce_lr_on_plateau", 0, 10, ("factor", 0.5), ("patience", 1L));
        resumed.Restore(first.Save(2));
        foreach (double metric in metrics[2..]) resumed.Observe(metric);
        Assert.Equal(2.5e-4, whole.Rate(0));
        Assert.Equal(whole.Rate(0, 1), resumed.Rate(0, 1));
        Assert.Throws<UserError>(() => Make("linear", 0, 10).Restore(first.Save(2)));
    }

    [Fact]
    public void NormsAndBiasesDoNotDecay()
    {
        var groups = ParameterGroups.Split(
            ["model.embed_tokens.weight", "model.layers.0.input_layernorm.weight", "model.layers.0.self_attn.q_norm.weight",
                "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.q_proj.bias", "model.norm.weight", "lm_head.weight",
                "base_model.model.model.layers.0.mlp.up_proj.lora_B.default.weight", "normal.weight"], 0.1);
        Assert.Equal(["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "lm_head.weight", "base_model.model.model.layers.0.mlp.up_proj.lora_B.default.weight", "normal.weight"], groups[0].Names);
        Assert.Equal((0.1, 0.0), (groups[0].WeightDecay, groups[1].WeightDecay));
        Assert.Equal(4, groups[1].Names.Count);
    }
}
