// BERT's and RoBERTa's fixed layouts, and the byte-level trimming of offsets.
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PostProcessors;

/// <summary>[CLS] A [SEP] and, for a pair, B [SEP].</summary>
internal sealed class BertProcessor(SpecialPart sep, SpecialPart cls) : IPostProcessor
{
    public List<Encoded> Process(List<Encoded> encodings, bool addSpecial)
    {
        if (!addSpecial) return encodings;
        var output = new List<Encoded> { TemplateProcessor.Special(cls, 0), encodings[0], TemplateProcessor.Special(sep, 0) };
        if (encodings.Count > 1) output.AddRange([encodings[1], TemplateProcessor.Special(sep, 1)]);
        return output;
    }
}

/// <summary>&lt;s&gt; A &lt;/s&gt; and, for a pair, &lt;/s&gt; B &lt;/s&gt;; every type id is 0.</summary>
internal sealed class RobertaProcessor(SpecialPart sep, SpecialPart cls, bool trimOffsets, bool addPrefixSpace) : IPostProcessor
{
    public List<Encoded> Process(List<Encoded> encodings, bool addSpecial)
    {
        if (trimOffsets) foreach (var encoding in encodings) OffsetTrimming.Trim(encoding, addPrefixSpace);
        encodings = [.. encodings.Select(e => e.WithTypeId(0))];
        if (!addSpecial) return encodings;
        var end = TemplateProcessor.Special(sep, 0);
        var output = new List<Encoded> { TemplateProcessor.Special(cls, 0), encodings[0], end };
        if (encodings.Count > 1) output.AddRange([end, encodings[1], end]);
        return output;
    }
}

internal sealed class ByteLevelProcessor(bool trimOffsets, bool addPrefixSpace) : IPostProcessor
{
    public List<Encoded> Process(List<Encoded> encodings, bool addSpecial)
    {
        if (trimOffsets) foreach (var encoding in encodings) OffsetTrimming.Trim(encoding, addPrefixSpace);
        return encodings;
    }
}

/// <summary>Takes the spaces that a token begins or ends with out of its offsets.</summary>
internal static class OffsetTrimming
{
    public static void Trim(Encoded encoding, bool addPrefixSpace)
    {
        for (int i = 0; i < encoding.Offsets.Count; i++)
        {
            var runes = encoding.Tokens[i].EnumerateRunes().Select(r => r.Value).ToList();
            int leading = runes.TakeWhile(IsSpace).Count();
            int trailing = Enumerable.Reverse(runes).TakeWhile(IsSpace).Count();
            var (start, end) = encoding.Offsets[i];
            // A single leading space of the first token is the one that was put there, so it is in no offset yet.
            if (leading == 1 && addPrefixSpace && (i == 0 || start == 0)) leading = 0;
            start = Math.Min(start + leading, end);
            if (trailing > 0 && end >= trailing) end = Math.Max(end - trailing, start);
            encoding.Offsets[i] = (start, end);
        }
    }

    private static bool IsSpace(int c) => c == 'Ġ' || Unicode.CodePoints.IsWhite(c);
}
