// How slots are written in a template file: one text, with {{content}}, {{bos}}, {{eos}}, {{token:x}}, and {{|}} where a part ends.
using System.Text;

namespace FastTune.Templates;

internal static class SlotText
{
    private const string Open = "{{", Close = "}}";

    /// <summary>The parts of one slot text; neighbouring texts stay one part unless {{|}} stands between them.</summary>
    public static IReadOnlyList<Part> Parse(string text)
    {
        var parts = new List<Part>();
        var plain = new StringBuilder();
        int at = 0;
        while (at < text.Length)
        {
            int mark = text.IndexOf(Open, at, StringComparison.Ordinal);
            int end = mark < 0 ? -1 : text.IndexOf(Close, mark, StringComparison.Ordinal);
            if (end < 0)
            {
                plain.Append(text, at, text.Length - at);
                break;
            }
            plain.Append(text, at, mark - at);
            AddMark(text[(mark + Open.Length)..end], parts, plain);
            at = end + Close.Length;
        }
        Flush(parts, plain);
        return parts;
    }

    private static void AddMark(string name, List<Part> parts, StringBuilder plain)
    {
        if (name == "content")
        {
            plain.Append(TemplateDefinition.Content);
            return;
        }
        Flush(parts, plain);
        if (name == "bos") parts.Add(Part.Bos);
        else if (name == "eos") parts.Add(Part.Eos);
        else if (name.StartsWith("token:", StringComparison.Ordinal)) parts.Add(new Part(PartKind.Token, name["token:".Length..]));
        else if (name != "|") throw new UserError($"slot mark {{{{{name}}}}} is unknown; use {{{{content}}}}, {{{{bos}}}}, {{{{eos}}}}, {{{{token:x}}}} or {{{{|}}}}");
    }

    private static void Flush(List<Part> parts, StringBuilder plain)
    {
        if (plain.Length > 0) parts.Add(Part.Of(plain.ToString()));
        plain.Clear();
    }
}
