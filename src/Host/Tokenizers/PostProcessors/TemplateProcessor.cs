// Special tokens by a template: for one text and for a pair, in the order written.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PostProcessors;

/// <summary>A place in the template: sequence A or B (Special null), or a special token's ids and texts.</summary>
internal sealed record TemplatePart(bool IsSecond, SpecialPart? Special, int TypeId);

internal sealed record SpecialPart(int[] Ids, string[] Tokens);

internal sealed class TemplateProcessor(IReadOnlyList<TemplatePart> single, IReadOnlyList<TemplatePart> pair) : IPostProcessor
{
    /// <summary>The template of one text.</summary>
    public IReadOnlyList<TemplatePart> Single => single;

    public List<Encoded> Process(List<Encoded> encodings, bool addSpecial)
    {
        var output = new List<Encoded>();
        foreach (var part in encodings.Count > 1 ? pair : single)
        {
            if (part.Special is null) output.Add(encodings[part.IsSecond ? 1 : 0].WithTypeId(part.TypeId));
            else if (addSpecial) output.Add(Special(part.Special, part.TypeId));
        }
        return output;
    }

    public static Encoded Special(SpecialPart part, int typeId)
    {
        var encoded = Encoded.Empty;
        for (int i = 0; i < part.Ids.Length; i++) encoded.Add(part.Ids[i], part.Tokens[i], (0, 0), typeId, 1);
        return encoded;
    }
}
