// A row of stored elements, as oracles read and write it: the same source computes in double for tests and in float as an ILGPU kernel.
namespace FastTune.Kernels.Tensors;

/// <summary>Elements at a pointer. What ILGPU can compile decides the shape: pointers and static abstract members, no spans.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
/// <typeparam name="TReal">Type of the arithmetic.</typeparam>
internal unsafe interface IRow<TSelf, TReal> where TSelf : struct, IRow<TSelf, TReal>
{
    /// <summary>Bytes of one element.</summary>
    static abstract int Bytes { get; }

    /// <summary>The row that begins at <paramref name="first"/>.</summary>
    static abstract TSelf At(byte* first);

    /// <summary><paramref name="value"/> as it reads after being stored.</summary>
    static abstract TReal Stored(TReal value);

    /// <summary>A count as a number.</summary>
    static abstract TReal Of(int count);

    TReal Get(int index);
    void Set(int index, TReal value);
}

internal readonly unsafe struct RowF64(double* first) : IRow<RowF64, double>
{
    private readonly double* _first = first;
    public static int Bytes => 8;
    public static RowF64 At(byte* first) => new((double*)first);
    public static double Stored(double value) => value;
    public static double Of(int count) => count;
    public double Get(int index) => _first[index];
    public void Set(int index, double value) => _first[index] = value;
}

internal readonly unsafe struct RowF32(float* first) : IRow<RowF32, float>
{
    private readonly float* _first = first;
    public static int Bytes => 4;
    public static RowF32 At(byte* first) => new((float*)first);
    public static float Stored(float value) => value;
    public static float Of(int count) => count;
    public float Get(int index) => _first[index];
    public void Set(int index, float value) => _first[index] = value;
}

internal readonly unsafe struct RowBF16(ushort* first) : IRow<RowBF16, float>
{
    private readonly ushort* _first = first;
    public static int Bytes => 2;
    public static RowBF16 At(byte* first) => new((ushort*)first);
    public static float Stored(float value) => Widen(Round(value));
    public static float Of(int count) => count;
    public float Get(int index) => Widen(_first[index]);
    public void Set(int index, float value) => _first[index] = Round(value);

    // As Tensors.BFloat16Bits, in the calls that ILGPU knows.
    private static float Widen(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);

    private static ushort Round(float value)
    {
        uint bits = (uint)BitConverter.SingleToInt32Bits(value);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return (ushort)((bits >> 16) | 0x40u);
        return (ushort)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    }
}
