// Names of activations in config.json.
using FastTune.Config;

namespace FastTune.Models;

internal static class Activations
{
    private static readonly Dictionary<string, Activation> _names = new(StringComparer.Ordinal)
    {
        ["silu"] = Activation.Silu,
        ["swish"] = Activation.Silu,
        ["gelu"] = Activation.Gelu,
        ["gelu_new"] = Activation.GeluTanh,
        ["gelu_fast"] = Activation.GeluTanh,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["relu"] = Activation.Relu,
    };

    public static Activation Read(ConfigReader config)
    {
        string name = config.Text("hidden_act") ?? "silu";
        return _names.TryGetValue(name, out var activation)
            ? activation
            : throw new UserError($"{config.Path}: activation '{name}' is not supported{Nearest.Hint(name, _names.Keys)}: known are {string.Join(", ", _names.Keys)}");
    }

    /// <summary>The name written into a config.</summary>
    public static string NameOf(Activation activation) => activation == Activation.GeluTanh
        ? "gelu_pytorch_tanh"
        : _names.First(entry => entry.Value == activation).Key;
}
