// Fills the option records from checked settings: one line a key, nothing found out at run time.
using System.Globalization;

namespace FastTune.Config;

internal static class Binders
{
    public static ModelOptions Model(Settings s) => new()
    {
        ModelNameOrPath = s.OptionalText("model_name_or_path") ?? "",
        AdapterNameOrPath = s.Names("adapter_name_or_path"),
        CacheDir = s.OptionalText("cache_dir"),
        ModelRevision = s.Text("model_revision"),
        HfHubToken = s.OptionalText("hf_hub_token"),
        MsHubToken = s.OptionalText("ms_hub_token"),
        ResizeVocab = s.Bool("resize_vocab"),
        AddTokens = s.Names("add_tokens"),
        AddSpecialTokens = s.Names("add_special_tokens"),
        TrainFromScratch = s.Bool("train_from_scratch"),
        DisableGradientCheckpointing = s.Bool("disable_gradient_checkpointing"),
        QuantizationBit = s.OptionalInt("quantization_bit"),
        QuantizationMethod = s.Text("quantization_method"),
        QuantizationType = s.Text("quantization_type"),
        DoubleQuantization = s.Bool("double_quantization"),
        ModelMaxLength = s.OptionalInt("model_max_length"),
    };

    public static DataOptions Data(Settings s) => new()
    {
        Template = s.OptionalText("template"),
        Dataset = s.Names("dataset"),
        EvalDataset = s.Names("eval_dataset"),
        DatasetDir = s.Text("dataset_dir"),
        CutoffLen = s.Int("cutoff_len"),
        TrainOnPrompt = s.Bool("train_on_prompt"),
        MaskHistory = s.Bool("mask_history"),
        Streaming = s.Bool("streaming"),
        BufferSize = s.Int("buffer_size"),
        MixStrategy = s.Text("mix_strategy"),
        InterleaveProbs = [.. s.Names("interleave_probs").Select(share => double.Parse(share, CultureInfo.InvariantCulture))],
        PreprocessingBatchSize = s.Int("preprocessing_batch_size"),
        PreprocessingNumWorkers = s.OptionalInt("preprocessing_num_workers"),
        MaxSamples = s.OptionalInt("max_samples"),
        IgnorePadTokenForLoss = s.Bool("ignore_pad_token_for_loss"),
        ValSize = s.Number("val_size"),
        EvalOnEachDataset = s.Bool("eval_on_each_dataset"),
        Packing = s.OptionalBool("packing") ?? false,
        NeatPacking = s.Bool("neat_packing"),
        ToolFormat = s.OptionalText("tool_format"),
        DefaultSystem = s.OptionalText("default_system"),
        EnableThinking = s.OptionalBool("enable_thinking"),
        PreserveThinking = s.Bool("preserve_thinking"),
        TokenizedPath = s.OptionalText("tokenized_path"),
        StrictLabels = s.Bool("strict_labels"),
    };

    public static MethodOptions Method(Settings s) => new()
    {
        Stage = s.Text("stage"),
        FinetuningType = s.Text("finetuning_type"),
        FreezeTrainableLayers = s.Int("freeze_trainable_layers"),
        FreezeTrainableModules = s.Names("freeze_trainable_modules"),
        FreezeExtraModules = s.Names("freeze_extra_modules"),
        AdditionalTarget = s.Names("additional_target"),
        CreateNewAdapter = s.Bool("create_new_adapter"),
        LoraRank = s.Int("lora_rank"),
        LoraAlpha = s.OptionalInt("lora_alpha") ?? 2 * s.Int("lora_rank"),
        LoraDropout = s.Number("lora_dropout"),
        LoraTarget = s.Names("lora_target"),
        UseRslora = s.Bool("use_rslora"),
    };

    public static OptimizerOptions Optimizer(Settings s) => s.Purpose != Purpose.Train ? new() : new()
    {
        Optim = s.Text("optim"),
        LearningRate = s.Number("learning_rate"),
        LrSchedulerType = s.Text("lr_scheduler_type"),
        LrSchedulerKwargs = s.Map("lr_scheduler_kwargs"),
        WarmupSteps = s.OptionalNumber("warmup_ratio") ?? s.Number("warmup_steps"),
        WeightDecay = s.Number("weight_decay"),
        AdamBeta1 = s.Number("adam_beta1"),
        AdamBeta2 = s.Number("adam_beta2"),
        AdamEpsilon = s.Number("adam_epsilon"),
        MaxGradNorm = s.Number("max_grad_norm"),
    };

    public static PrecisionOptions Precision(Settings s)
    {
        bool train = s.Purpose == Purpose.Train;
        return new()
        {
            Bf16 = train && s.Bool("bf16"),
            Fp16 = train && s.Bool("fp16"),
            PureBf16 = s.Bool("pure_bf16"),
            InferDtype = s.Text("infer_dtype"),
            Int8Activations = s.Bool("int8_activations"),
        };
    }

    public static GenerationOptions Generation(Settings s) => new()
    {
        DoSample = s.Bool("do_sample"),
        Temperature = s.Number("temperature"),
        TopP = s.Number("top_p"),
        TopK = s.Int("top_k"),
        MaxLength = s.Int("max_length"),
        MaxNewTokens = s.Int("max_new_tokens"),
        RepetitionPenalty = s.Number("repetition_penalty"),
        SkipSpecialTokens = s.Bool("skip_special_tokens"),
        Seed = s.Int("seed"),
    };

    public static ExportOptions Export(Settings s) => new()
    {
        ExportDir = s.OptionalText("export_dir"),
        ExportSize = s.Int("export_size"),
    };
}
