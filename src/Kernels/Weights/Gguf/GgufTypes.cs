// The tensor types of GGUF as a list: geometry of all, decoders of those that can be read.
namespace FastTune.Kernels.Weights.Gguf;

/// <summary>All tensor types of the format that ggml 0.25 knows; ids of removed types are absent.</summary>
public static unsafe class GgufTypes
{
    public static readonly IReadOnlyList<GgufType> All =
    [
        new(0, "F32", 1, 4) { Decoder = F32.Decode, Encoder = F32.Encode },
        new(1, "F16", 1, 2) { Decoder = F16.Decode, Encoder = F16.Encode },
        new(2, "Q4_0", 32, 18) { Decoder = Q4_0.Decode, Dot = BlockDots.Q4_0 },
        new(3, "Q4_1", 32, 20) { Decoder = Q4_1.Decode, Dot = BlockDots.Q4_1 },
        new(6, "Q5_0", 32, 22),
        new(7, "Q5_1", 32, 24),
        new(8, "Q8_0", 32, 34) { Decoder = Q8_0.Decode, Dot = BlockDots.Q8_0, Encoder = Q8_0.Encode },
        new(9, "Q8_1", 32, 36),
        new(10, "Q2_K", 256, 84),
        new(11, "Q3_K", 256, 110),
        new(12, "Q4_K", 256, 144),
        new(13, "Q5_K", 256, 176),
        new(14, "Q6_K", 256, 210) { Decoder = Q6_K.Decode, Dot = BlockDots.Q6_K },
        new(15, "Q8_K", 256, 292),
        new(16, "IQ2_XXS", 256, 66),
        new(17, "IQ2_XS", 256, 74),
        new(18, "IQ3_XXS", 256, 98),
        new(19, "IQ1_S", 256, 50),
        new(20, "IQ4_NL", 32, 18),
        new(21, "IQ3_S", 256, 110),
        new(22, "IQ2_S", 256, 82),
        new(23, "IQ4_XS", 256, 136),
        new(24, "I8", 1, 1),
        new(25, "I16", 1, 2),
        new(26, "I32", 1, 4),
        new(27, "I64", 1, 8),
        new(28, "F64", 1, 8),
        new(29, "IQ1_M", 256, 56),
        new(30, "BF16", 1, 2) { Decoder = BF16.Decode },
        new(34, "TQ1_0", 256, 54),
        new(35, "TQ2_0", 256, 66),
        new(39, "MXFP4", 32, 17),
        new(40, "NVFP4", 64, 36),
        new(41, "Q1_0", 128, 18),
    ];

    private static readonly Dictionary<uint, GgufType> _byId = All.ToDictionary(type => type.Id);

    internal static string ReadableNames => string.Join(", ", All.Where(type => type.CanDecode).Select(type => type.Name));

    /// <summary>The type with this number, or null: unknown or removed from the format.</summary>
    public static GgufType? ById(uint id) => _byId.GetValueOrDefault(id);
}
