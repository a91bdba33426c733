// fasttune export: merge adapters into their model and write it as safetensors.
using FastTune.Config;

namespace FastTune.Cli;

internal static class ExportVerb
{
    public static readonly Verb Verb = new("export", RecipeVerb.Usage, "merge adapters into their model and write it as safetensors",
        """
        Needs model_name_or_path and export_dir; adapter_name_or_path names what is merged, export_size is
        the largest file in GB, infer_dtype the number type (bf16 unless the recipe says otherwise).
        Example: fasttune export merge.yaml export_dir=out/merged
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal) =>
        RecipeVerb.Run(Purpose.Export, arguments, terminal, Doors.Export);
}
