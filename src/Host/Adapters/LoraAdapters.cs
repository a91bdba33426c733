// Adapters on a loaded model: attach, merge, create, write.
using FastTune.Config;
using FastTune.Models;
using FastTune.Rng;

namespace FastTune.Adapters;

public static class LoraAdapters
{
    public static PeftConfig Attach(Decoder model, string folder, bool trainable) => throw Missing(model, folder, trainable);

    public static void Merge(Decoder model) => throw Missing(model);

    public static PeftConfig Create(Decoder model, MethodOptions method, string basePath, TorchGenerator generator) =>
        throw Missing(model, method, basePath, generator);

    public static void Write(string folder, Decoder model, PeftConfig config) => throw Missing(folder, model, config);

    private static UserError Missing(params object[] given) => new($"finetuning_type: lora is not part of this build yet ({given.Length} inputs)");
}
