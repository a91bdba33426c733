// A metadata value of a GGUF file, as its type says, and the conversions that readers ask for.
namespace FastTune.Formats;

/// <summary>Value types, numbered as in the file.</summary>
public enum GgufValueType : uint
{
    UInt8, Int8, UInt16, Int16, UInt32, Int32, Float32, Bool, String, Array, UInt64, Int64, Float64,
}

/// <summary>One value. <see cref="Value"/> is byte, sbyte, ushort, short, uint, int, float, bool, string, ulong, long or double; for an
/// array a .NET array of those (of <see cref="GgufValue"/> when it holds arrays).</summary>
/// <param name="Item">Type of an array's items; equal to <paramref name="Type"/> otherwise.</param>
public sealed record GgufValue(GgufValueType Type, GgufValueType Item, object Value)
{
    /// <summary>The value as a signed integer, or null: not an integer, or too large for one.</summary>
    public long? AsInteger() => Value switch
    {
        byte v => v,
        sbyte v => v,
        ushort v => v,
        short v => v,
        uint v => v,
        int v => v,
        long v => v,
        ulong v when v <= long.MaxValue => (long)v,
        _ => null,
    };

    /// <summary>The value as a floating number (integers included), or null.</summary>
    public double? AsNumber() => Value switch
    {
        float v => v,
        double v => v,
        _ => AsInteger(),
    };
}
