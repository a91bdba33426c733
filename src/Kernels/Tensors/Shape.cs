// Shape of a tensor: one to four extents, without allocation.
namespace FastTune.Kernels.Tensors;

/// <summary>Extents of a tensor, outermost first. Seen as a matrix it has <see cref="Rows"/> rows of <see cref="Columns"/> elements.</summary>
public readonly record struct Shape
{
    private readonly long _d0, _d1, _d2, _d3;

    public Shape(long d0) => (Rank, _d0) = (1, d0);
    public Shape(long d0, long d1) => (Rank, _d0, _d1) = (2, d0, d1);
    public Shape(long d0, long d1, long d2) => (Rank, _d0, _d1, _d2) = (3, d0, d1, d2);
    public Shape(long d0, long d1, long d2, long d3) => (Rank, _d0, _d1, _d2, _d3) = (4, d0, d1, d2, d3);

    public int Rank { get; }

    public long this[int axis] => (axis < 0 ? axis + Rank : axis) switch { 0 => _d0, 1 => _d1, 2 => _d2, _ => _d3 };

    /// <summary>Extent of the last axis.</summary>
    public long Columns => Rank == 0 ? 0 : this[-1];

    /// <summary>Product of all extents but the last.</summary>
    public long Rows
    {
        get
        {
            long rows = Rank == 0 ? 0 : 1;
            for (int axis = 0; axis < Rank - 1; axis++) rows = checked(rows * this[axis]);
            return rows;
        }
    }

    public long Count => checked(Rows * Columns);

    public override string ToString()
    {
        var extents = new string[Rank];
        for (int axis = 0; axis < Rank; axis++) extents[axis] = this[axis].ToString();
        return $"[{string.Join(", ", extents)}]";
    }
}
