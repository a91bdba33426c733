// Python's < between values: numbers with numbers, texts by code point, lists and tuples item by item.
using System.Runtime.CompilerServices;

namespace FastTune.Templates.Values;

/// <summary>A text that is not a plain .NET string (Markup): it compares and serialises as one.</summary>
internal interface IPyText
{
    string Text { get; }
}

internal static class PyOrder
{
    /// <summary>Order of texts by code point (UTF-16 order differs above the surrogates).</summary>
    public static readonly IComparer<string> Text = Comparer<string>.Create(CompareText);

    /// <summary>Order of two values; null when neither is smaller nor equal (NaN). Values without an order are a type error that names <paramref name="sign"/>.</summary>
    public static int? Compare(object left, object right, string sign = "<")
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (PyNumber.Is(left) && PyNumber.Is(right)) return PyNumber.Compare(left, right);
        if (AsText(left) is { } a && AsText(right) is { } b) return CompareText(a, b);
        if (left is List<object> first && right is List<object> second) return CompareItems(first, second, sign);
        if (left is PyTuple one && right is PyTuple two) return CompareItems(one.Items, two.Items, sign);
        throw PyError.Type($"'{sign}' not supported between instances of '{PyType.Name(left)}' and '{PyType.Name(right)}'");
    }

    public static string? AsText(object value) => value as string ?? (value as IPyText)?.Text;

    private static int? CompareItems(IReadOnlyList<object> left, IReadOnlyList<object> right, string sign)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
            if (!PyEquality.Same(left[i], right[i])) return Compare(left[i], right[i], sign);
        return left.Count.CompareTo(right.Count);
    }

    private static int CompareText(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            char a = left[i], b = right[i];
            if (a == b) continue;
            if (char.IsSurrogate(a) != char.IsSurrogate(b)) return char.IsSurrogate(a) ? 1 : -1;
            return a.CompareTo(b);
        }
        return left.Length.CompareTo(right.Length);
    }
}
