// What the block decoders share: small integer codes to fp32 vectors.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

internal static class Codes
{
    /// <summary>The first eight of sixteen signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lower(Vector128<sbyte> codes) => ToFloats(Vector128.WidenLower(codes));

    /// <summary>The last eight of sixteen signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Upper(Vector128<sbyte> codes) => ToFloats(Vector128.WidenUpper(codes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToFloats(Vector128<short> codes) =>
        Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(codes), Vector128.WidenUpper(codes)));
}
