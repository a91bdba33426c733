// A token that is cut out of the text before the model sees it; flags as in tokenizer.json.
namespace FastTune.Tokenizers.Pipeline;

/// <param name="SingleWord">Matches only where no letter, digit or _ touches it.</param>
/// <param name="LeftStrip">Takes the white space before it (rstrip: behind it) along.</param>
/// <param name="Normalized">Is looked for in the normalized text, in normalized form.</param>
/// <param name="Special">Is left out by decoding with skip_special_tokens.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false,
    bool Normalized = false, bool Special = true);
