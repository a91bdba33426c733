// A linear's matrix as it is stored: dense (perhaps trained), or a compressed form that stays frozen.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Kernels.Weights;

/// <summary>A compressed matrix [Rows, Columns] that products read without ever widening it whole.</summary>
public interface IStoredForm : IStoredMatrix, IDisposable
{
    long Rows { get; }
    long Columns { get; }

    /// <summary>Bytes it takes in memory, scales included.</summary>
    long Bytes { get; }
}

/// <summary>W [Rows = out, Columns = in] of a linear: exactly one of <see cref="Dense"/> and <see cref="Stored"/> is set.</summary>
public sealed class Weight : IDisposable
{
    public Weight(Parameter dense) => (Name, Dense) = (dense.Name, dense);

    public Weight(string name, IStoredForm stored) => (Name, Stored) = (name, stored);

    public string Name { get; }
    public Parameter? Dense { get; }
    public IStoredForm? Stored { get; }

    public long Rows => Stored?.Rows ?? Dense!.Shape.Rows;
    public long Columns => Stored?.Columns ?? Dense!.Shape.Columns;

    /// <summary>Bytes that one pass over the matrix reads.</summary>
    public double Bytes => Stored?.Bytes ?? Dense!.Value.Count * Tensors.DTypes.Size(Dense.Value.Type);

    public void Dispose()
    {
        Dense?.Dispose();
        Stored?.Dispose();
    }
}
