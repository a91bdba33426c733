// The room's door: a recipe for inference goes in, a conversation runs on the terminal.
using FastTune.Config;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Inference;

public static class Chat
{
    /// <summary>Loads the model and chats until the user leaves.</summary>
    /// <exception cref="UserError">What of the recipe, the model or an adapter cannot be used.</exception>
    public static int Run(Recipe recipe, ITerminal terminal)
    {
        using var device = new CpuDevice();
        using InferenceModel model = InferenceModel.Load(recipe, device);
        using var session = new ChatSession(model, recipe, terminal);
        session.Run();
        return 0;
    }
}
