// A piece of a rendered conversation: a text that is tokenized on its own, one token by name, or the tokenizer's bos or eos.
namespace FastTune.Templates;

/// <summary>What a part stands for.</summary>
public enum PartKind : byte { Text, Token, Bos, Eos }

/// <summary>One part; <see cref="Text"/> is empty for bos and eos.</summary>
public readonly record struct Part(PartKind Kind, string Text)
{
    public static readonly Part Bos = new(PartKind.Bos, "");

    public static readonly Part Eos = new(PartKind.Eos, "");

    public static Part Of(string text) => new(PartKind.Text, text);
}
