// From the recipe's optimizer keys to groups, optimizer and schedule.
using FastTune.Config;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;

namespace FastTune.Train;

internal static class OptimizerSetup
{
    /// <summary>Decaying and other parameters, in model order; empty groups are left out.</summary>
    public static IReadOnlyList<OptimizerGroup> Groups(Decoder model, OptimizerOptions options)
    {
        var parameters = model.TrainableParameters.ToDictionary(parameter => parameter.Name);
        if (parameters.Count == 0) throw new UserError("nothing trains: check finetuning_type, freeze_trainable_layers and lora_target");
        return [.. ParameterGroups.Split(parameters.Keys, options.WeightDecay)
            .Where(group => group.Names.Count > 0)
            .Select(group => new OptimizerGroup([.. group.Names.Select(name => parameters[name])], group.WeightDecay))];
    }

    public static AdamWOptimizer Create(IDevice device, IReadOnlyList<OptimizerGroup> groups, Recipe recipe) =>
        new(device, groups, new AdamWOptions(
            recipe.Optimizer.AdamBeta1, recipe.Optimizer.AdamBeta2, recipe.Optimizer.AdamEpsilon,
            recipe.Precision.PureBf16 ? DType.BF16 : DType.F32,
            recipe.Optimizer.Optim is "adamw_8bit" or "adamw_bnb_8bit" or "paged_adamw_8bit"));

    public static RateSchedule Schedule(OptimizerOptions options, int groups, int totalSteps) => RateSchedule.Create(
        options.LrSchedulerType, options.LrSchedulerKwargs, [.. Enumerable.Repeat(options.LearningRate, groups)],
        RateSchedule.WarmupSteps(options.WarmupSteps, totalSteps), totalSteps);
}
