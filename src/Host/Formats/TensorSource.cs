// A tensor on its way into a file: what the header says of it, and who writes its bytes when its turn comes.
namespace FastTune.Formats;

/// <param name="Name">Key in the file.</param>
/// <param name="Type">Element type of the written bytes.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Write">Writes exactly the tensor's bytes; called once, so that only one tensor need be in memory.</param>
public sealed record TensorSource(string Name, StoredType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    public long ByteLength => checked(Count / Type.BlockLength * Type.BlockBytes);

    /// <summary>A tensor whose fp32 values are at hand.</summary>
    public static TensorSource Of(string name, float[] values, params long[] shape) => new(name, StoredType.F32, shape,
        stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)));

    /// <summary>A tensor copied as it is from an open checkpoint.</summary>
    public static TensorSource Of(StoredTensor tensor, string? name = null) => new(name ?? tensor.Name, tensor.Type, tensor.Shape, stream =>
    {
        const int chunk = 4 << 20;
        for (long done = 0; done < tensor.ByteLength; done += chunk)
            stream.Write(tensor.Slice(done, (int)Math.Min(chunk, tensor.ByteLength - done)));
        tensor.Release();
    });
}
