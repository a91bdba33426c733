// The emulator's seed and findings belong to the process: its tests run one after another.
using Xunit;

namespace FastTune.Tests.Kernels.Emu;

[CollectionDefinition(Name, DisableParallelization = true)]
public class EmuCollection
{
    public const string Name = "emu";
}
