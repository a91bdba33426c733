// A matrix in LLM.int8's form: signed bytes and one scale a row.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Weights.Bnb;

/// <summary>value = code * row scale / 127 (arXiv 2208.07339), as bitsandbytes multiplies it: (code * scale) * 7.874015718698502e-3.</summary>
public sealed unsafe class Int8Matrix : IStoredForm, IRowDot
{
    /// <summary>1/127 as the library has it.</summary>
    public const float Step = 7.874015718698502e-3f;

    private readonly sbyte* _codes;
    private readonly float* _scales;
    private Tensor _stored, _rowScales;

    /// <param name="codes">I8 [rows, columns]; taken over, as the scales F32 [rows] are.</param>
    /// <exception cref="ArgumentException">Sizes or types that do not belong together.</exception>
    public Int8Matrix(Tensor codes, Tensor scales)
    {
        if (codes.Type != DType.I8 || scales.Type != DType.F32 || scales.Count != codes.Rows || !codes.IsContiguous)
            throw new ArgumentException($"[int8] codes {codes.Type} {codes.Shape}, scales {scales.Type} {scales.Shape}: I8 [out, in] and F32 [out] were expected");
        (_stored, _rowScales) = (codes, scales);
        _codes = (sbyte*)codes.Pointer;
        _scales = (float*)scales.Pointer;
    }

    public long Rows => _stored.Rows;
    public long Columns => _stored.Columns;

    /// <summary>The codes, I8 [rows, columns].</summary>
    public Tensor Codes => _stored;

    /// <summary>Largest magnitude of each row, F32 [rows].</summary>
    public Tensor Scales => _rowScales;

    public long Bytes => _stored.Count + 4 * _rowScales.Count;

    public void Decode(long row, int rows, long col, int cols, float* destination, long pitch)
    {
        for (int r = 0; r < rows; r++)
            Widen(_codes + (row + r) * Columns + col, cols, _scales[row + r], destination + r * pitch);
    }

    public bool CanDot => Columns % 16 == 0;

    public void Dot(long row, float* x, float* sums, IsaLevel level)
    {
        sbyte* codes = _codes + row * Columns;
        Vector256<float> low = default, high = default;
        for (long i = 0; i < Columns; i += 16)
        {
            low = Vector256.MultiplyAddEstimate(Eight(codes + i), Vector256.Load(x + i), low);
            high = Vector256.MultiplyAddEstimate(Eight(codes + i + 8), Vector256.Load(x + i + 8), high);
        }
        var scale = Vector256.Create(_scales[row] * Step);
        (low * scale).Store(sums);
        (high * scale).Store(sums + 8);
    }

    internal static void Widen(sbyte* codes, int count, float scale, float* values)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8) (Eight(codes + i) * Vector256.Create(scale) * Vector256.Create(Step)).Store(values + i);
        for (; i < count; i++) values[i] = codes[i] * scale * Step;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(sbyte* codes)
    {
        if (Avx2.IsSupported) return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(codes));
        var words = Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<long>(codes)).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)));
    }

    public void Dispose()
    {
        _stored.Dispose();
        _rowScales.Dispose();
    }
}
