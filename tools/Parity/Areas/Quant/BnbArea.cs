// bitsandbytes' formats (golden/quant/bnb): lists of single matrices beside folders of whole checkpoints.
namespace FastTune.Parity.Quant;

internal sealed class BnbArea : IArea
{
    public string Name => "bnb";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options) =>
        Directory.Exists(path) ? [.. Blockwise4.Find(path), .. Blockwise8.Find(path), .. QloraStep.Find(path), .. EightBitOptimizers.FindOptim8(path), .. Int8Ops.Find(path)] : [];
}
