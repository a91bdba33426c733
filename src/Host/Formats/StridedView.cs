// A tensor whose elements do not follow each other in the file (a transposed or cut view): gathered on request, part by part.
namespace FastTune.Formats;

/// <summary>Elements of <paramref name="width"/> bytes; element [i, j, …] lies i strides[0] + j strides[1] + … elements behind
/// <paramref name="start"/>. That every element lies in the file was checked by whoever made the view.</summary>
internal sealed class StridedView(MappedFile file, long start, int width, long[] sizes, long[] strides)
{
    /// <summary>Bytes <paramref name="first"/> to first + length of the tensor in its own order, copied together.</summary>
    public ReadOnlySpan<byte> Slice(long first, int length)
    {
        if (length == 0) return [];
        int skip = (int)(first % width);
        int count = checked((skip + length + width - 1) / width);
        var gathered = new byte[checked(count * width)];
        long[] index = IndexOf(first / width);
        for (int i = 0; i < count; i++)
        {
            file.Slice(start + Place(index) * width, width).CopyTo(gathered.AsSpan(i * width));
            Advance(index);
        }
        return gathered.AsSpan(skip, length);
    }

    private long[] IndexOf(long element)
    {
        long[] index = new long[sizes.Length];
        for (int i = sizes.Length - 1; i >= 0; i--) (element, index[i]) = Math.DivRem(element, sizes[i]);
        return index;
    }

    private long Place(long[] index)
    {
        long place = 0;
        for (int i = 0; i < index.Length; i++) place += index[i] * strides[i];
        return place;
    }

    private void Advance(long[] index)
    {
        for (int i = index.Length - 1; i >= 0 && ++index[i] == sizes[i]; i--) index[i] = 0;
    }
}
