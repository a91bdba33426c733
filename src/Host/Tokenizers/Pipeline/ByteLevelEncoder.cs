// The fast way through a byte-level BPE tokenizer: no alignments, words cut by scanners, merges remembered per word.
using System.Text;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.PreTokenizers;

namespace FastTune.Tokenizers.Pipeline;

internal sealed class ByteLevelEncoder
{
    private readonly BpeModel model;
    private readonly AddedVocabulary added;
    private readonly bool composes;
    private readonly IReadOnlyList<IPattern> patterns;
    private readonly int[] byteIds;
    private readonly WordCache cache = new();

    private ByteLevelEncoder(BpeModel model, AddedVocabulary added, bool composes, IReadOnlyList<IPattern> patterns, int[] byteIds) =>
        (this.model, this.added, this.composes, this.patterns, this.byteIds) = (model, added, composes, patterns, byteIds);

    /// <summary>The fast encoder of this pipeline, or null when some part of it needs the general way.</summary>
    public static ByteLevelEncoder? TryCreate(TokenizerPipeline pipeline)
    {
        if (pipeline.Model is not BpeModel model || pipeline.Added.HasNormalized) return null;
        bool composes = pipeline.Normalizer is FormNormalizer { IsNfc: true };
        if (!composes && pipeline.Normalizer is not (null or NormalizerSequence { IsEmpty: true })) return null;
        if (model.Options is { ContinuingSubwordPrefix.Length: > 0 } or { EndOfWordSuffix.Length: > 0 }) return null;
        var patterns = Patterns(pipeline.PreTokenizer);
        int[] byteIds = new int[256];
        for (int b = 0; b < 256; b++) byteIds[b] = model.Vocabulary.Find([ByteAlphabet.Character((byte)b)]);
        return patterns is null || byteIds.Contains(-1) ? null : new ByteLevelEncoder(model, pipeline.Added, composes, patterns, byteIds);
    }

    public int[] Encode(string text, bool splitSpecial = false)
    {
        var ids = new List<int>(text.Length / 3 + 8);
        var cuts = new List<Cut>();
        added.Extract(text, inNormalized: false, splitSpecial, cuts);
        var scratch = new Scratch();
        foreach (var cut in cuts)
        {
            if (cut.Token is { } token) ids.Add(token.Id);
            else Segment(cut.Start == 0 && cut.End == text.Length ? text : text[cut.Start..cut.End], ids, scratch);
        }
        return [.. ids];
    }

    private sealed class Scratch
    {
        public List<Found> Words = [], Parts = [];
    }

    /// <summary>The patterns that isolate words, up to the byte mapping at the end; null when there is anything else.</summary>
    private static List<IPattern>? Patterns(IPreTokenizer? preTokenizer)
    {
        var patterns = new List<IPattern>();
        var parts = preTokenizer is SequencePreTokenizer sequence ? sequence.Parts : preTokenizer is null ? [] : [preTokenizer];
        for (int i = 0; i < parts.Count; i++)
        {
            bool last = i == parts.Count - 1;
            if (!last && parts[i] is SplitPreTokenizer { Behavior: SplitBehavior.Isolated } split) patterns.Add(split.Pattern);
            else if (last && parts[i] is ByteLevelPreTokenizer { AddPrefixSpace: false } bytes)
            {
                if (bytes.WordPattern is not null) patterns.Add(bytes.WordPattern);
                return patterns;
            }
            else return null;
        }
        return null;
    }

    private void Segment(string text, List<int> ids, Scratch scratch)
    {
        if (composes) text = Unicode.Normalization.Nfc(text);
        scratch.Words.Clear();
        if (text.Length > 0) scratch.Words.Add(new Found(0, text.Length, false));
        foreach (var pattern in patterns) Refine(pattern, text, scratch);
        foreach (var word in scratch.Words) Word(text.AsSpan(word.Start, word.Length), ids);
    }

    private static void Refine(IPattern pattern, ReadOnlySpan<char> text, Scratch scratch)
    {
        scratch.Parts.Clear();
        foreach (var word in scratch.Words)
        {
            int first = scratch.Parts.Count;
            pattern.Find(text.Slice(word.Start, word.Length), scratch.Parts);
            if (word.Start == 0) continue;
            var parts = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch.Parts)[first..];
            foreach (ref var part in parts) part = new Found(part.Start + word.Start, part.End + word.Start, part.IsMatch);
        }
        (scratch.Words, scratch.Parts) = (scratch.Parts, scratch.Words);
    }

    private void Word(ReadOnlySpan<char> word, List<int> ids)
    {
        int[]? known = cache.Find(word, out int hash);
        if (known is null)
        {
            known = Merge(word);
            cache.Add(word, hash, known);
        }
        if (known.Length == 1) ids.Add(known[0]); else ids.AddRange(known);
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        int size = Encoding.UTF8.GetByteCount(word);
        byte[]? rented = size > 256 ? new byte[size] : null;
        Span<byte> bytes = rented ?? stackalloc byte[256];
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        if (model.Options.IgnoreMerges && WholeToken(bytes) is var whole and >= 0) return [whole];
        int[] symbols = new int[size], lengths = new int[size];
        for (int i = 0; i < size; i++) symbols[i] = byteIds[bytes[i]];
        return symbols[..Merger.Run(model.Merges, symbols, lengths)];
    }

    private int WholeToken(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 512) return model.Vocabulary.Find(Spell(bytes, new char[bytes.Length]));
        return model.Vocabulary.Find(Spell(bytes, stackalloc char[512]));
    }

    private static ReadOnlySpan<char> Spell(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        for (int i = 0; i < bytes.Length; i++) characters[i] = ByteAlphabet.Character(bytes[i]);
        return characters[..bytes.Length];
    }
}
