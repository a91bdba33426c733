// Fills the record of the run itself.
namespace FastTune.Config;

internal static class TrainingBinder
{
    public static TrainingOptions Training(Settings s) => s.Purpose != Purpose.Train ? new() : new()
    {
        OutputDir = s.OptionalText("output_dir"),
        OverwriteOutputDir = s.Bool("overwrite_output_dir"),
        DoTrain = s.Bool("do_train"),
        DoEval = s.Bool("do_eval"),
        PerDeviceTrainBatchSize = s.Int("per_device_train_batch_size"),
        PerDeviceEvalBatchSize = s.Int("per_device_eval_batch_size"),
        GradientAccumulationSteps = s.Int("gradient_accumulation_steps"),
        NumTrainEpochs = s.Number("num_train_epochs"),
        MaxSteps = s.Int("max_steps"),
        Seed = s.Int("seed"),
        DataSeed = s.OptionalInt("data_seed"),
        DisableShuffling = s.Bool("disable_shuffling"),
        TrainSamplingStrategy = s.Text("train_sampling_strategy"),
        DataloaderDropLast = s.Bool("dataloader_drop_last"),
        LoggingStrategy = s.Text("logging_strategy"),
        LoggingSteps = s.Number("logging_steps"),
        LoggingFirstStep = s.Bool("logging_first_step"),
        IncludeNumInputTokensSeen = s.Text("include_num_input_tokens_seen"),
        PlotLoss = s.Bool("plot_loss"),
        DisableTqdm = s.OptionalBool("disable_tqdm"),
        Memory = s.Bool("memory"),
        MemoryLimit = s.OptionalText("memory_limit"),
        OffloadActivations = s.Bool("offload_activations"),
        EvalStrategy = s.Text("eval_strategy"),
        EvalSteps = s.OptionalNumber("eval_steps"),
        EvalDelay = s.Number("eval_delay"),
        ComputeAccuracy = s.Bool("compute_accuracy"),
        EvalOnStart = s.Bool("eval_on_start"),
        SaveStrategy = s.Text("save_strategy"),
        SaveSteps = s.Number("save_steps"),
        SaveTotalLimit = s.OptionalInt("save_total_limit"),
        SaveOnlyModel = s.Bool("save_only_model"),
        LoadBestModelAtEnd = s.Bool("load_best_model_at_end"),
        MetricForBestModel = s.OptionalText("metric_for_best_model"),
        GreaterIsBetter = s.OptionalBool("greater_is_better"),
        EarlyStoppingSteps = s.OptionalInt("early_stopping_steps"),
        ResumeFromCheckpoint = s.OptionalText("resume_from_checkpoint"),
    };
}
