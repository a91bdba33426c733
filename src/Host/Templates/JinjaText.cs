// A template of slots as the text of a Jinja chat template, for tools that know nothing else. Function and observation messages are not part of it.
using FastTune.Tokenizers;

namespace FastTune.Templates;

internal static class JinjaText
{
    private const string SplitSystem =
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
        + "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% endif %}";

    private const string SystemMessage = "system_message";

    /// <summary>The chat template, or null when a slot needs a single token, which Jinja text cannot name.</summary>
    public static string? Of(TemplateDefinition template, SpecialTokens special)
    {
        IEnumerable<Part>[] all = [template.Prefix, template.System, template.User, template.Assistant];
        if (all.Any(parts => parts.Any(part => part.Kind == PartKind.Token))) return null;
        string system = Expression(template.System, SystemMessage, special);
        string prefix = Expression(template.Prefix, "content", special);
        string text = prefix.Length > 0 ? $"{{{{ {prefix} }}}}" : "";
        if (template.DefaultSystem.Length > 0) text += $"{{% set {SystemMessage} = '{Escape(template.DefaultSystem)}' %}}";
        return text + SplitSystem + (template.Kind == TemplateKind.SystemInUser ? SystemInside(system) : SystemInFront(system))
            + "{% if message['role'] == 'user' %}"
            + $"{{{{ {Expression(template.User, "content", special)} }}}}"
            + "{% elif message['role'] == 'assistant' %}"
            + $"{{{{ {Expression(template.Assistant, "content", special)} }}}}"
            + "{% endif %}{% endfor %}";
    }

    private static string SystemInFront(string system) =>
        $"{{% if {SystemMessage} is defined %}}{{{{ {system} }}}}{{% endif %}}"
        + "{% for message in loop_messages %}{% set content = message['content'] %}";

    private static string SystemInside(string system) =>
        $"{{% for message in loop_messages %}}{{% if loop.index0 == 0 and {SystemMessage} is defined %}}"
        + $"{{% set content = {system} + message['content'] %}}"
        + "{% else %}{% set content = message['content'] %}{% endif %}";

    private static string Expression(IReadOnlyList<Part> slots, string variable, SpecialTokens special)
    {
        var items = new List<string>();
        foreach (var slot in slots)
        {
            if (slot.Kind == PartKind.Text) AddText(items, slot.Text, variable);
            else if ((slot.Kind == PartKind.Bos ? special.Bos : special.Eos) is { } token) items.Add($"'{token}'");
        }
        return string.Join(" + ", items);
    }

    private static void AddText(List<string> items, string text, string variable)
    {
        string[] pieces = text.Split(TemplateDefinition.Content, 2);
        if (pieces[0].Length > 0) items.Add($"'{Escape(pieces[0])}'");
        if (pieces.Length == 1) return;
        items.Add(variable);
        if (pieces[1].Length > 0) items.Add($"'{Escape(pieces[1])}'");
    }

    private static string Escape(string text) => text.Replace("'", "\\'", StringComparison.Ordinal);
}
