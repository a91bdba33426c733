// Renders the messages of a conversation to parts, one list a message, by the slots of a template.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Conversation
{
    /// <summary>The parts of every message; those of the first begin with the prefix and the system block.</summary>
    /// <param name="today">The day that some tool formats print.</param>
    public static List<Part>[] Render(
        TemplateDefinition template, IReadOnlyList<Message> messages, string? system, string? tools, DateOnly today)
    {
        var result = new List<Part>[messages.Count];
        string systemText = string.IsNullOrEmpty(system) ? template.DefaultSystem : system;
        string toolText = ToolText(template, tools, today);
        if (template.Kind == TemplateKind.ToolsFirst && systemText.Length == 0) toolText = toolText.TrimStart('\n');
        for (int i = 0; i < messages.Count; i++)
        {
            var parts = result[i] = [];
            string front = "";
            if (i == 0)
            {
                parts.AddRange(template.Prefix);
                front = SystemBlock(template, systemText + toolText, parts);
            }
            Append(parts, SlotsOf(template, messages[i].Role), ContentOf(template, messages[i], front, i));
        }
        return result;
    }

    private static string ToolText(TemplateDefinition template, string? tools, DateOnly today)
    {
        if (string.IsNullOrEmpty(tools)) return "";
        if (template.ToolsSlot is { } slot) return IsEmptyList(tools) ? "" : Fill(slot, tools);
        return ToolFormats.RenderTools(template.Tools!, tools, today);
    }

    private static bool IsEmptyList(string tools) =>
        PyJsonReader.TryRead(tools) is List<object> { Count: 0 } or PyDict { Count: 0 };

    // Adds the system block, or returns it where the first user slot takes it in.
    private static string SystemBlock(TemplateDefinition template, string text, List<Part> parts)
    {
        if (text.Length == 0) return "";
        if (template.Kind == TemplateKind.SystemInUser) return Fill(template.System[0].Text, text);
        Append(parts, template.System, text);
        return "";
    }

    private static IReadOnlyList<Part> SlotsOf(TemplateDefinition template, Role role) => role switch
    {
        Role.User => template.User,
        Role.Assistant => template.Assistant,
        Role.Observation => template.Observation,
        _ => template.Function,
    };

    private static string ContentOf(TemplateDefinition template, Message message, string front, int index) => message.Role switch
    {
        Role.User => front + message.Content,
        Role.Function => FunctionMessage.Render(template, message.Content, index),
        _ => message.Content,
    };

    private static void Append(List<Part> parts, IReadOnlyList<Part> slots, string content)
    {
        foreach (var slot in slots)
        {
            if (slot.Kind != PartKind.Text) parts.Add(slot);
            else if (Fill(slot.Text, content) is { Length: > 0 } text) parts.Add(Part.Of(text));
        }
    }

    // Only the first mark is replaced: the content may hold the same text.
    private static string Fill(string slot, string content)
    {
        int mark = slot.IndexOf(TemplateDefinition.Content, StringComparison.Ordinal);
        return mark < 0 ? slot : string.Concat(slot.AsSpan(0, mark), content, slot.AsSpan(mark + TemplateDefinition.Content.Length));
    }
}
