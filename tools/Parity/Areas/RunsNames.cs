// Names of tensors as PEFT's memory, its files and ours have them, brought to one form.
namespace FastTune.Parity;

internal static class RunsNames
{
    public static string Plain(string name)
    {
        name = name.Replace(".default", "", StringComparison.Ordinal).Replace(".modules_to_save", "", StringComparison.Ordinal);
        const string wrapper = "base_model.model.";
        return name.StartsWith(wrapper, StringComparison.Ordinal) ? name[wrapper.Length..] : name;
    }
}
