// Python's == and hash(): numbers of all types meet (1 == 1.0 == True), containers compare by content.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastTune.Templates.Values;

/// <summary>A value that decides itself what it equals.</summary>
internal interface IPyEquatable
{
    bool EqualTo(object other);

    int Hash();
}

/// <summary>Equality and hashing as Python has them; unhashable keys raise a type error.</summary>
internal sealed class PyEquality : IEqualityComparer<object>
{
    public static readonly PyEquality Comparer = new();

    public static bool Same(object left, object right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left is IPyEquatable own) return own.EqualTo(right);
        if (right is IPyEquatable other) return other.EqualTo(left);
        if (PyNumber.Is(left) && PyNumber.Is(right)) return PyNumber.Compare(left, right) == 0;
        return (left, right) switch
        {
            (string a, string b) => a == b,
            (List<object> a, List<object> b) => SameItems(a, b),
            (PyTuple a, PyTuple b) => SameItems(a.Items, b.Items),
            (PyDict a, PyDict b) => SameEntries(a, b),
            _ => ReferenceEquals(left, right),
        };
    }

    bool IEqualityComparer<object>.Equals(object? left, object? right) => Same(left!, right!);

    public int GetHashCode(object value) => value switch
    {
        IPyEquatable own => own.Hash(),
        bool flag => (flag ? BigInteger.One : BigInteger.Zero).GetHashCode(),
        double number when double.IsInteger(number) => new BigInteger(number).GetHashCode(),
        List<object> or PyDict => throw PyError.Type($"unhashable type: '{PyType.Name(value)}'"),
        PyTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        _ => value.GetHashCode(),
    };

    private static bool SameItems(IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
            if (!Same(left[i], right[i])) return false;
        return true;
    }

    private static bool SameEntries(PyDict left, PyDict right)
    {
        if (left.Count != right.Count) return false;
        foreach (var (key, value) in left.Items)
            if (!right.TryGet(key, out var other) || !Same(value, other)) return false;
        return true;
    }
}
