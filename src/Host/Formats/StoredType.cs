// How the elements of a tensor lie in a file: a name, a block geometry and what they can be read as.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Formats;

/// <summary>Reads whole blocks as fp32.</summary>
public delegate void FloatReader(ReadOnlySpan<byte> blocks, Span<float> values);

/// <summary>Reads whole blocks as integers.</summary>
public delegate void IntegerReader(ReadOnlySpan<byte> blocks, Span<long> values);

/// <summary>An element type of safetensors (blocks of one value) or GGUF.</summary>
/// <param name="Name">The format's own name: F32, BF16, I64, Q8_0, …</param>
/// <param name="BlockLength">Values in a block; 1 for plain types.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
public sealed record StoredType(string Name, int BlockLength, int BlockBytes)
{
    /// <summary>Reader of values as fp32, or null: not a number that weights are made of, or not supported.</summary>
    public FloatReader? Floats { get; init; }

    /// <summary>Reader of values as 64-bit integers, or null for floating types.</summary>
    public IntegerReader? Integers { get; init; }

    public static readonly StoredType F32 = new("F32", 1, 4) { Floats = Gguf("F32") };
    public static readonly StoredType F16 = new("F16", 1, 2) { Floats = Gguf("F16") };
    public static readonly StoredType BF16 = new("BF16", 1, 2) { Floats = Gguf("BF16") };
    public static readonly StoredType F64 = new("F64", 1, 8) { Floats = FromDoubles };
    public static readonly StoredType I64 = new("I64", 1, 8) { Integers = (from, to) => MemoryMarshal.Cast<byte, long>(from).CopyTo(to) };
    public static readonly StoredType I32 = new("I32", 1, 4) { Integers = (from, to) => Widen<int>(from, to, value => value) };
    public static readonly StoredType I16 = new("I16", 1, 2) { Integers = (from, to) => Widen<short>(from, to, value => value) };
    public static readonly StoredType I8 = new("I8", 1, 1) { Integers = (from, to) => Widen<sbyte>(from, to, value => value) };
    public static readonly StoredType U8 = new("U8", 1, 1) { Integers = (from, to) => Widen<byte>(from, to, value => value) };
    public static readonly StoredType Bool = new("BOOL", 1, 1) { Integers = (from, to) => Widen<byte>(from, to, value => value) };

    /// <summary>The types a safetensors file may hold.</summary>
    public static readonly IReadOnlyList<StoredType> Safetensors =
    [
        F32, F16, BF16, F64, I64, I32, I16, I8, U8, Bool,
        new("U16", 1, 2) { Integers = (from, to) => Widen<ushort>(from, to, value => value) },
        new("U32", 1, 4) { Integers = (from, to) => Widen<uint>(from, to, value => value) },
        new("U64", 1, 8),
        new("F8_E4M3", 1, 1),
        new("F8_E5M2", 1, 1),
    ];

    private static FloatReader Gguf(string name) => GgufTypes.All.First(type => type.Name == name).Decode;

    private static void FromDoubles(ReadOnlySpan<byte> from, Span<float> to)
    {
        for (int i = 0; i < to.Length; i++) to[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(from[(8 * i)..]);
    }

    private static void Widen<T>(ReadOnlySpan<byte> from, Span<long> to, Func<T, long> widen) where T : struct
    {
        var values = MemoryMarshal.Cast<byte, T>(from);
        for (int i = 0; i < to.Length; i++) to[i] = widen(values[i]);
    }
}
