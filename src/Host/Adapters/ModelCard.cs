// README.md of an output folder: front matter and sections as LLaMA-Factory leaves them.
using System.Text;
using FastTune.Formats;

namespace FastTune.Adapters;

/// <summary>What a model card says.</summary>
/// <param name="Name">Name of the output folder.</param>
/// <param name="BaseModel">Base as the recipe named it.</param>
/// <param name="Method">`lora`, `full`, `freeze`.</param>
/// <param name="Datasets">Datasets by name.</param>
/// <param name="Evaluation">Results on the evaluation set, title and value; empty: none was made.</param>
/// <param name="Hyperparameters">Name and value, in order.</param>
/// <param name="Results">Header and rows of the table of training results; null: none.</param>
/// <param name="Versions">Program and version, in order.</param>
public sealed record ModelCard(
    string Name, string BaseModel, string Method, IReadOnlyList<string> Datasets, IReadOnlyList<(string Title, string Value)> Evaluation,
    IReadOnlyList<(string Name, string Value)> Hyperparameters, IReadOnlyList<IReadOnlyList<string>>? Results, IReadOnlyList<(string Name, string Version)> Versions)
{
    /// <summary>Writes README.md into <paramref name="folder"/>.</summary>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, "README.md"), Text());

    /// <summary>The card's Markdown.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        FrontMatter(text);
        text.Append($"\n# {Name}\n\nThis model is a fine-tuned version of [{BaseModel}](https://huggingface.co/{BaseModel}) on the {string.Join(", the ", Datasets)} dataset{(Datasets.Count > 1 ? "s" : "")}.\n");
        if (Evaluation.Count > 0)
        {
            text.Append("It achieves the following results on the evaluation set:\n");
            foreach (var (title, value) in Evaluation) text.Append($"- {title}: {value}\n");
        }
        foreach (string section in new[] { "Model description", "Intended uses & limitations", "Training and evaluation data" })
            text.Append($"\n## {section}\n\nMore information needed\n");
        text.Append("\n## Training procedure\n\n### Training hyperparameters\n\nThe following hyperparameters were used during training:\n");
        foreach (var (name, value) in Hyperparameters) text.Append($"- {name}: {value}\n");
        text.Append("\n### Training results\n\n");
        if (Results is not null) Table(text, Results);
        text.Append("\n### Framework versions\n\n");
        foreach (var (name, version) in Versions) text.Append($"- {name} {version}\n");
        return text.ToString();
    }

    private void FrontMatter(StringBuilder text)
    {
        bool isAdapter = Method == "lora";
        text.Append($"---\nlibrary_name: {(isAdapter ? "peft" : "transformers")}\nlicense: other\nbase_model: {Scalar(BaseModel)}\ntags:\n");
        if (isAdapter) text.Append($"- {Scalar($"base_model:adapter:{BaseModel}")}\n");
        text.Append($"- llama-factory\n- {Method}\n");
        if (isAdapter) text.Append("- transformers\npipeline_tag: text-generation\n");
        text.Append($"model-index:\n- name: {Scalar(Name)}\n  results: []\n---\n");
    }

    // Plain where YAML takes it as a text; quoted otherwise.
    private static string Scalar(string value) =>
        value.Length > 0 && char.IsLetter(value[0]) && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal) && !value.EndsWith(':')
            ? value
            : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static void Table(StringBuilder text, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            text.Append($"| {string.Join(" | ", rows[i])} |\n");
            if (i == 0) text.Append($"|{string.Concat(rows[0].Select(title => $":{new string('-', Math.Max(title.Length, 1))}:|"))}\n");
        }
    }
}
