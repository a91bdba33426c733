// The cases of dequantize: 4-bit with single and double scales, int8; odd widths, blocks over rows' ends, both output types, a row range.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Dequantize;

internal enum StoredKind : byte { Nf4, Fp4, Nf4Double, Int8 }

internal sealed record DequantizeCase(
    StoredKind Kind, int Rows, int Columns, int Block = 64, DType Type = F32, int First = 0, bool BenchOnly = false) : IOpCase
{
    private const float Offset = 0.75f;

    private int Blocks => (int)FourBitMatrix.BlockCount((long)Rows * Columns, Block);

    private CodeTable Table => Kind == StoredKind.Fp4 ? CodeTable.Fp4 : CodeTable.Nf4;

    public string Name => $"dequantize({Kind},{Rows},{Columns},{Block},{Type},from{First})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => Kind switch
    {
        StoredKind.Int8 => [Codes(Rows, Columns, I8), Scales(Rows)],
        StoredKind.Nf4Double => [Codes(1, (Rows * Columns + 1) / 2, U8), Codes(1, Blocks, U8), Scales((Blocks + 255) / 256)],
        _ => [Codes(1, (Rows * Columns + 1) / 2, U8), Scales(Blocks)],
    };

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        using IStoredForm form = Form([.. inputs.Parameters.Select(parameter => parameter!.Value.Share())]);
        Tensor y = tape.New(new Shape(Rows - First, Columns), Type);
        Dequantize.Run(tape.Device, form, y, First);
        return [y];
    }

    private IStoredForm Form(Tensor[] parts) => Kind switch
    {
        StoredKind.Int8 => new Int8Matrix(parts[0], parts[1]),
        StoredKind.Nf4Double => new FourBitMatrix(Rows, Columns, Table, Block, parts[0], new BlockScales(parts[1], parts[2], CodeTable.Signed8, Offset, 256)),
        _ => new FourBitMatrix(Rows, Columns, Table, Block, parts[0], new BlockScales(parts[1])),
    };

    public double[][] Forward(double[][] inputs)
    {
        var values = new double[(Rows - First) * Columns];
        for (int i = 0; i < values.Length; i++) values[i] = CaseRounding.Round(At(inputs, First * Columns + i), Type);
        return [values];
    }

    private double At(double[][] inputs, int index)
    {
        if (Kind == StoredKind.Int8) return DequantizeReference.Int8((sbyte)inputs[0][index], (float)inputs[1][index / Columns]);
        int block = index / Block;
        float scale = Kind == StoredKind.Nf4Double
            ? DequantizeReference.Scale((byte)inputs[1][block], CodeTable.Signed8.Values, (float)inputs[2][block / 256], Offset) : (float)inputs[1][block];
        return DequantizeReference.FourBit(Array.ConvertAll(inputs[0], code => (byte)code), index, Table.Values, scale);
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => new double[]?[inputs.Length];

    public double Tolerance => 0;
    public double Flops => (double)Rows * Columns;
    public double Bytes => Rows * Columns * (0.52 + Type.Size());

    private static CaseInput Codes(int rows, int columns, DType type) =>
        new($"codes of {columns}", new Shape(rows, columns), type, InputKind.Constant, Scale: type == I8 ? 40 : 256);

    private static CaseInput Scales(int count) => new("scales", new Shape(count), F32, InputKind.Constant, CaseFill.Positive, 2);
}

internal static class DequantizeCases
{
    public static readonly IOpCase[] All =
    [
        new DequantizeCase(StoredKind.Nf4, 0, 64),
        new DequantizeCase(StoredKind.Nf4, 1, 1),
        new DequantizeCase(StoredKind.Nf4, 9, 7), // rows begin in the middle of a byte and of a block
        new DequantizeCase(StoredKind.Nf4, 33, 128, First: 5),
        new DequantizeCase(StoredKind.Fp4, 17, 100, Block: 128),
        new DequantizeCase(StoredKind.Nf4Double, 65, 257, Block: 64),
        new DequantizeCase(StoredKind.Nf4Double, 64, 576, Type: BF16, First: 1),
        new DequantizeCase(StoredKind.Int8, 3, 1),
        new DequantizeCase(StoredKind.Int8, 31, 257, First: 2),
        new DequantizeCase(StoredKind.Int8, 20, 96, Type: BF16),
        new DequantizeCase(StoredKind.Nf4Double, 2048, 2048, BenchOnly: true),
        new DequantizeCase(StoredKind.Int8, 2048, 2048, BenchOnly: true),
    ];
}
