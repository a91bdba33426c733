// NFC, NFD, NFKC and NFKD.
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Normalizers;

internal sealed class FormNormalizer(bool compose, bool compatibility) : INormalizer
{
    public bool IsNfc => compose && !compatibility;

    public AlignedText Normalize(AlignedText text)
    {
        if (IsNfc && ReferenceEquals(Normalization.Nfc(text.Text), text.Text)) return text;
        return text.With(Normalization.Changes(text.Text, compose, compatibility));
    }
}
