// A template of slots guessed from a tokenizer's chat template: marks are rendered in place of contents, and what stands around them are the slots.
using System.Text;
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

internal static class GuessedTemplate
{
    private const string Mark = TemplateDefinition.Content;

    /// <summary>The guess; a chat template that hides a role's text cannot be guessed.</summary>
    public static TemplateDefinition Of(ITokenizer tokenizer, string chatTemplate, TimeProvider clock)
    {
        var chat = new ModelChat(chatTemplate, tokenizer.Special, clock);
        string bos = tokenizer.Special.Bos ?? "";
        string Rendered(bool prompt, params (string Role, string Content)[] messages)
        {
            string text = chat.Render([.. messages.Select(message => ModelChat.Message(message.Role, message.Content))], prompt).Text;
            return bos.Length > 0 && text.StartsWith(bos, StringComparison.Ordinal) ? text[bos.Length..] : text;
        }
        // A bos that stands in front of every turn belongs to the slots; one at the front of the conversation goes into the prefix once.
        if (bos.Length > 0 && Rendered(false, ("user", Mark), ("assistant", Mark), ("user", Mark)).Contains(bos, StringComparison.Ordinal)) bos = "";
        string system = Rendered(false, ("system", Mark));
        string userAfterNone = Rendered(true, ("system", ""), ("user", Mark));
        string user = Rendered(true, ("user", Mark));
        string both = Rendered(false, ("user", Mark), ("assistant", Mark));
        string assistant = both.Length > user.Length ? both[user.Length..] : "";
        bool thinks = assistant.Contains("<think>", StringComparison.Ordinal);
        assistant = assistant.Replace("<think>", "", StringComparison.Ordinal).Replace("</think>", "", StringComparison.Ordinal).TrimStart('\n');
        string defaultSystem = "";
        if (user.Length > userAfterNone.Length)
        {
            defaultSystem = Surplus(userAfterNone, user);
            user = user[Math.Min(user.Length, Fill(system, defaultSystem).Length)..];
        }
        bool printed = bos.Length > 0 && chat.Render([ModelChat.Message("user", Mark)], true).Text.StartsWith(bos, StringComparison.Ordinal);
        string prefix = printed || tokenizer.AddsBos ? bos : "";
        return new TemplateDefinition(
            "guessed", thinks ? TemplateKind.Reasoning : TemplateKind.Plain, prefix.Length > 0 ? [Part.Of(prefix)] : [],
            Slot(system, "system"), Slot(user, "user"), Slot(assistant, "assistant"), Slot(assistant, "assistant"), Slot(user, "user"),
            ToolFormats.Default, null, ToolFormats.Default, defaultSystem, [], ("<think>\n", "\n</think>\n\n"), ("<tool_call>", "</tool_call>"),
            false, false, false, null);
    }

    private static IReadOnlyList<Part> Slot(string text, string role) => text.Contains(Mark, StringComparison.Ordinal)
        ? [Part.Of(text)]
        : throw new UserError($"the model's chat template does not show the {role} text by itself, so its slots cannot be guessed: name a template, or use template: jinja");

    private static string Fill(string slot, string content)
    {
        int mark = slot.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 ? slot : string.Concat(slot.AsSpan(0, mark), content, slot.AsSpan(mark + Mark.Length));
    }

    // The characters that the longer text has more, in order.
    private static string Surplus(string shorter, string longer)
    {
        var surplus = new StringBuilder();
        int i = 0;
        for (int j = 0; i < shorter.Length && j < longer.Length; j++)
        {
            if (shorter[i] == longer[j]) i++;
            else surplus.Append(longer[j]);
        }
        return surplus.ToString();
    }
}
